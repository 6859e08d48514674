package dev.ginkgo.etcd;

import dev.ginkgo.etcd.client.EtcdClient;
import dev.ginkgo.etcd.client.EtcdException;
import dev.ginkgo.etcd.client.KeyValue;
import java.time.Instant;
import java.util.Optional;

/**
 * Counter of the incarnations of all nodes, in one key. An incarnation is the wall clock in milliseconds where possible,
 * so that it still increases if the data of etcd were lost, and if a node changes its engine.
 */
final class IncarnationCounter {
    private final EtcdClient client;
    private final String key;

    IncarnationCounter(EtcdClient client, String key) {
        this.client = client;
        this.key = key;
    }

    /** Returns an incarnation higher than all before it. */
    long next(Instant now) throws EtcdException, InterruptedException {
        while (true) {
            Optional<KeyValue> stored = client.get(key);
            long next = Math.max(value(stored) + 1, now.toEpochMilli());
            if (put(stored, next)) {
                return next;
            }
        }
    }

    /** Raises the counter to at least {@code incarnation}. */
    void raiseTo(long incarnation) throws EtcdException, InterruptedException {
        while (true) {
            Optional<KeyValue> stored = client.get(key);
            if (value(stored) >= incarnation || put(stored, incarnation)) {
                return;
            }
        }
    }

    private boolean put(Optional<KeyValue> stored, long incarnation) throws EtcdException, InterruptedException {
        return client.putIf(key, stored.map(KeyValue::modRevision).orElse(0L), String.valueOf(incarnation), 0);
    }

    private long value(Optional<KeyValue> stored) {
        String text = stored.map(KeyValue::value).orElse("0");
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw new IllegalStateException(
                    "the key " + key + " of etcd is \"" + text + "\" instead of a number; delete it, or set another"
                            + " prefix for this cluster",
                    e);
        }
    }
}
