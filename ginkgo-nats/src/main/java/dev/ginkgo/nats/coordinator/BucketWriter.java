package dev.ginkgo.nats.coordinator;

import java.util.function.LongConsumer;

/** Writes entries of the bucket. All calls, and those of the parameters, are made by the one task of the coordinator. */
interface BucketWriter {

    /**
     * Sends an entry, which is stored only if the last revision of its key is the expected one. Does not block.
     *
     * @param expected the last revision of the key; 0 if it has none
     * @param stored is called with the new revision once the entry is stored
     * @param rejected is called if the last revision is another one
     */
    void write(String key, byte[] value, long expected, LongConsumer stored, Runnable rejected);

    /** Sends the deletion of a key, which is carried out only if its last revision is the expected one. */
    void delete(String key, long expected);
}
