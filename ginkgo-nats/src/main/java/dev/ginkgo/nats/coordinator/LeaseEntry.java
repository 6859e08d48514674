package dev.ginkgo.nats.coordinator;

import java.time.Duration;

/**
 * The lease of the leader, as the entry {@value #KEY} of the bucket.
 *
 * @param holder name of the node that wrote it
 * @param incarnation incarnation of that node
 * @param state what the node wrote
 * @param epoch the epoch of the leadership; of a claim, the lowest that it may have, because the revision of a write is not known
 *     before it
 * @param takeoverDelay how long another node waits after the receipt of this entry, by the settings of the holder
 */
record LeaseEntry(String holder, long incarnation, State state, long epoch, Duration takeoverDelay) {
    static final String KEY = "leader";

    /** Far more than any lease; a longer delay would be an error of another program, and keep the nodes from electing. */
    private static final Duration MAX_TAKEOVER_DELAY = Duration.ofHours(1);

    /** Far more than a bucket has revisions, so that the next epochs have room. */
    private static final long MAX_EPOCH = Long.MAX_VALUE / 2;

    enum State {
        /** Begins a leadership. */
        CLAIMED,
        /** Renews the lease. */
        RENEWED,
        /** Ends the leadership; another node need not wait. */
        RELEASED
    }

    /**
     * Returns the epoch: that of a claim is its revision, which grows with every write to the bucket. It is higher if the
     * writer knows of an epoch that is not below that revision: then the servers have lost entries that they had acknowledged.
     */
    long epochAt(long revision) {
        return state == State.CLAIMED ? Math.max(revision, epoch) : epoch;
    }

    boolean isBy(String name, long itsIncarnation) {
        return holder.equals(name) && incarnation == itsIncarnation;
    }

    byte[] encode() {
        return EntryFields.empty()
                .with("holder", holder)
                .with("incarnation", incarnation)
                .with("state", state)
                .with("epoch", epoch)
                .with("takeover-millis", takeoverDelay.toMillis())
                .encode();
    }

    /**
     * Returns the entry with this value.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static LeaseEntry decode(byte[] value) {
        EntryFields fields = EntryFields.decode(value);
        return new LeaseEntry(
                fields.get("holder"),
                fields.number("incarnation"),
                State.valueOf(fields.get("state")),
                bounded(fields, "epoch", MAX_EPOCH),
                Duration.ofMillis(bounded(fields, "takeover-millis", MAX_TAKEOVER_DELAY.toMillis())));
    }

    private static long bounded(EntryFields fields, String name, long max) {
        long number = fields.number(name);
        if (number < 0 || number > max) {
            throw new IllegalArgumentException("the field " + name + " is " + number + ", not from 0 to " + max);
        }
        return number;
    }
}
