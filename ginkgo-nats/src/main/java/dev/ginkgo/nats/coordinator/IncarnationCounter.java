package dev.ginkgo.nats.coordinator;

import dev.ginkgo.nats.client.NameTokens;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.KeyValue;
import io.nats.client.KeyValueOptions;
import io.nats.client.api.KeyValueEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last incarnation of a node, as an entry of the bucket: so that incarnations increase also if the wall clock of the node
 * is set back.
 */
final class IncarnationCounter {
    private static final Logger LOG = LoggerFactory.getLogger(IncarnationCounter.class);
    private static final int ATTEMPTS = 5;

    private IncarnationCounter() {}

    static String key(String name) {
        return "incarnation." + NameTokens.encode(name);
    }

    static byte[] encode(long incarnation) {
        return Long.toString(incarnation).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the incarnation in an entry.
     *
     * @throws IllegalArgumentException if it is malformed
     */
    static long decode(byte[] value) {
        return Long.parseLong(new String(value, StandardCharsets.UTF_8));
    }

    /** Returns the incarnation in an entry; 0 if another program has written it, so that it is replaced. */
    private static long lastOf(String key, byte[] value) {
        try {
            return decode(value);
        } catch (IllegalArgumentException e) {
            LOG.warn(
                    "another program has written the entry {}, which is malformed ({}); it is replaced by the time of this"
                            + " node's clock",
                    key,
                    e.getMessage());
            return 0;
        }
    }

    /**
     * Stores the next incarnation of a node, and returns it. Blocks while the server answers.
     *
     * @param lowest the result if no run before had this incarnation or a higher one
     */
    static long next(Connection connection, BucketConfig config, String name, long lowest)
            throws IOException, JetStreamApiException {
        BucketSession.openBucket(connection, config);
        KeyValue bucket = connection.keyValue(
                config.bucket(),
                KeyValueOptions.builder(JetStreamOptions.builder()
                                .requestTimeout(config.timeout())
                                .build())
                        .build());
        for (int attempt = 1; ; attempt++) {
            @Nullable KeyValueEntry last = bucket.get(key(name));
            byte @Nullable [] value = last == null ? null : last.getValue();
            long next = value == null ? lowest : Math.max(lowest, lastOf(key(name), value) + 1);
            try {
                bucket.update(key(name), encode(next), last == null ? 0 : last.getRevision());
                return next;
            } catch (JetStreamApiException e) { // two processes with one name, or an old value was read
                if (e.getApiErrorCode() != BucketSession.WRONG_LAST_SEQUENCE || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }
}
