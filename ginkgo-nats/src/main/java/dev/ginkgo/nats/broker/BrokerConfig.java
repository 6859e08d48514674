package dev.ginkgo.nats.broker;

import io.nats.client.api.StorageType;
import java.time.Duration;

/**
 * Configuration of the streams.
 *
 * @param prefix first token of the subjects, and of the names of the streams
 * @param streams how many streams there are
 * @param storage where the servers store them
 * @param replicas how many servers store each
 * @param maxBytes maximum size of each
 * @param maxAge maximum age of a message
 * @param duplicateWindow how long a stream recognizes messages with the same idempotency key
 * @param timeout how long a server may take to answer
 */
record BrokerConfig(
        String prefix,
        int streams,
        StorageType storage,
        int replicas,
        long maxBytes,
        Duration maxAge,
        Duration duplicateWindow,
        Duration timeout) {

    String streamName(int number) {
        return prefix + "-" + number;
    }

    String streamSubject(int number) {
        return prefix + "." + number + ".>";
    }
}
