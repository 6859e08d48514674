package dev.ginkgo.nats.coordinator;

import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.time.TimeSource;
import io.nats.client.Connection;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.KeyValueManagement;
import io.nats.client.KeyValueOptions;
import io.nats.client.PublishOptions;
import io.nats.client.api.KeyValueConfiguration;
import io.nats.client.api.KeyValueEntry;
import io.nats.client.api.KeyValueStatus;
import io.nats.client.api.KeyValueWatcher;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bucket over one connection: its entries as they are received, and writes that each expect a revision. What arrives on a
 * thread of the connection is passed to the task of the coordinator, which makes all other calls.
 */
final class BucketSession implements BucketWriter {
    private static final Logger LOG = LoggerFactory.getLogger(BucketSession.class);

    /** JetStream: the last sequence of the subject is not the expected one. */
    static final int WRONG_LAST_SEQUENCE = 10071;

    private static final int STREAM_NOT_FOUND = 10059;

    private final BucketConfig config;
    private final JetStream jetStream;
    private final KeyValueStatus status;
    private final Executor loop;
    private final TimeSource time;
    private final Deque<DualTimestamp> unanswered = new ArrayDeque<>();
    private @Nullable Exception failure;

    /** Receives what the bucket contains; called by the task of the coordinator. */
    interface Receiver {
        void put(String key, byte[] value, long revision);

        void deleted(String key, long revision);

        /** All entries that were present at first have been received. */
        void endOfPresent(BucketSession session);
    }

    /**
     * Opens the bucket, creating it if it does not exist, and begins to receive its entries. Blocks while the server
     * answers.
     *
     * @param loop runs an action on the task of the coordinator
     */
    BucketSession(Connection connection, BucketConfig config, TimeSource time, Executor loop)
            throws IOException, JetStreamApiException {
        this.config = config;
        this.loop = loop;
        this.time = time;
        JetStreamOptions options =
                JetStreamOptions.builder().requestTimeout(config.timeout()).build();
        jetStream = connection.jetStream(options);
        status = openBucket(connection, config);
    }

    /** Returns the bucket, and creates it if it does not exist. Blocks while the server answers. */
    static KeyValueStatus openBucket(Connection connection, BucketConfig config)
            throws IOException, JetStreamApiException {
        KeyValueManagement management = connection.keyValueManagement(KeyValueOptions.builder(JetStreamOptions.builder()
                        .requestTimeout(config.timeout())
                        .build())
                .build());
        try {
            KeyValueStatus existing = management.getStatus(config.bucket());
            if (existing.getReplicas() != config.replicas() || existing.getStorageType() != config.storage()) {
                LOG.warn(
                        "the bucket {} has {} replicas in {}, not {} in {} as configured; it is used as it is. Change it"
                                + " with: nats stream edit KV_{}",
                        config.bucket(),
                        existing.getReplicas(),
                        existing.getStorageType(),
                        config.replicas(),
                        config.storage(),
                        config.bucket());
            }
            return existing;
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != STREAM_NOT_FOUND) {
                throw e;
            }
            return management.create(KeyValueConfiguration.builder(config.bucket())
                    .description("Members and leader of a Ginkgo cluster")
                    .replicas(config.replicas())
                    .storageType(config.storage())
                    .build());
        }
    }

    /** Begins to receive entries. */
    void watch(Connection connection, Receiver receiver)
            throws IOException, JetStreamApiException, InterruptedException {
        connection.keyValue(config.bucket()).watchAll(new KeyValueWatcher() {
            @Override
            public void watch(KeyValueEntry entry) {
                byte @Nullable [] value = entry.getValue();
                loop.execute(() -> {
                    if (value == null) {
                        receiver.deleted(entry.getKey(), entry.getRevision());
                    } else {
                        receiver.put(entry.getKey(), value, entry.getRevision());
                    }
                });
            }

            @Override
            public void endOfData() {
                loop.execute(() -> receiver.endOfPresent(BucketSession.this));
            }
        });
    }

    /**
     * Returns the name of the cluster in epochs. It contains when the bucket was created: the revisions of another bucket of the
     * same name begin at 1 again.
     */
    String cluster() {
        return "nats-" + config.bucket() + "-"
                + status.getBackingStreamInfo().getCreateTime().toInstant().toEpochMilli();
    }

    /**
     * Checks whether writes are answered in time.
     *
     * @throws IOException if one is not, or failed other than by its revision
     */
    void check() throws IOException {
        if (failure != null) {
            throw new IOException(
                    "NATS rejects a write to the bucket " + config.bucket() + ": " + failure.getMessage(), failure);
        }
        DualTimestamp oldest = unanswered.peekFirst();
        if (oldest != null && oldest.elapsedMonotonic(time).compareTo(config.timeout()) > 0) {
            throw new IOException("NATS does not answer a write to the bucket " + config.bucket() + " within "
                    + config.timeout().toMillis() + " ms");
        }
    }

    /** Returns whether every write is answered. */
    boolean isIdle() {
        return unanswered.isEmpty();
    }

    @Override
    public void write(String key, byte[] value, long expected, LongConsumer stored, Runnable rejected) {
        publish(key, value, new Headers(), expected, stored, rejected);
    }

    @Override
    public void delete(String key, long expected) {
        publish(key, new byte[0], new Headers().put("KV-Operation", "DEL"), expected, _ -> {}, () -> {});
    }

    private void publish(
            String key, byte[] value, Headers headers, long expected, LongConsumer stored, Runnable rejected) {
        DualTimestamp sent = DualTimestamp.now(time);
        unanswered.addLast(sent);
        PublishOptions options =
                PublishOptions.builder().expectedLastSubjectSequence(expected).build();
        try {
            CompletableFuture<?> _ = jetStream
                    .publishAsync("$KV." + config.bucket() + "." + key, headers, value, options)
                    .whenComplete((ack, error) -> loop.execute(() -> answered(sent, ack, error, stored, rejected)));
        } catch (IllegalStateException e) { // the connection has been closed
            unanswered.remove(sent);
            failure = e;
        }
    }

    private void answered(
            DualTimestamp sent,
            @Nullable PublishAck ack,
            @Nullable Throwable error,
            LongConsumer stored,
            Runnable rejected) {
        unanswered.remove(sent);
        if (ack != null) {
            stored.accept(ack.getSeqno());
            return;
        }
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (rootOf(cause) instanceof JetStreamApiException e && e.getApiErrorCode() == WRONG_LAST_SEQUENCE) {
            rejected.run();
        } else {
            failure = new IOException(String.valueOf(cause), cause);
        }
    }

    private static @Nullable Throwable rootOf(@Nullable Throwable error) {
        Throwable root = error;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }
}
