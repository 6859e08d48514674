package dev.ginkgo.etcd;

import dev.ginkgo.config.SettingsSource;
import dev.ginkgo.etcd.client.EtcdClient;
import dev.ginkgo.etcd.client.EtcdException;
import dev.ginkgo.etcd.client.KeyRange;
import dev.ginkgo.etcd.client.KeyValue;
import dev.ginkgo.etcd.client.WatchStream;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * Settings in etcd. Each key with the prefix is a document; all are read as of one revision. Thread-safe, but only one
 * thread waits for changes.
 */
final class EtcdSettingsSource implements SettingsSource, AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(2);

    /** Between two attempts while etcd cannot be reached. */
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** After which a watch is opened again, because a server that is cut off ends none. */
    private static final Duration WATCH_LIFETIME = Duration.ofMinutes(1);

    private final EtcdClient client;
    private final URI location;
    private final String prefix;
    private volatile KeyRange last; // of the last successful read

    EtcdSettingsSource(EtcdClient client, URI location, String prefix) {
        this.client = client;
        this.location = location;
        this.prefix = prefix;
        last = KeyRange.empty();
    }

    @Override
    public List<Document> read() throws IOException {
        try {
            KeyRange range = client.range(prefix, TIMEOUT);
            last = range;
            return range.entries().stream()
                    .map(entry -> new Document("etcd:" + entry.key(), entry.value()))
                    .toList();
        } catch (EtcdException e) {
            throw new IOException(e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            InterruptedIOException interrupted = new InterruptedIOException("the thread was interrupted");
            interrupted.initCause(e);
            throw interrupted;
        }
    }

    @Override
    public void awaitChange() throws InterruptedException {
        List<KeyValue> known = last.entries();
        while (true) {
            try {
                // Also after a watch has ended: this asks all servers, and moves the watch to one that answers
                KeyRange now = client.range(prefix, TIMEOUT);
                if (!now.entries().equals(known) || watch(now.header().revision())) {
                    return;
                }
            } catch (EtcdException _) { // a reload that is due reports it
                WaitQueue.sleep(TimeSource.system(), PAUSE);
            }
        }
    }

    /** Returns whether a key has changed after a revision; false if the watch has ended before. */
    private boolean watch(long after) throws EtcdException, InterruptedException {
        WatchStream stream = client.watch(prefix, after + 1);
        Thread timer = Thread.ofVirtual().start(() -> closeLater(stream));
        try {
            while (true) {
                WatchStream.Notification notification = stream.next();
                if (notification.changed() || notification.compacted()) {
                    return notification.changed();
                }
            }
        } finally {
            timer.interrupt();
            stream.close();
        }
    }

    private static void closeLater(WatchStream stream) {
        try {
            WaitQueue.sleep(TimeSource.system(), WATCH_LIFETIME);
        } catch (InterruptedException _) {
            return; // the watch has ended before
        }
        stream.close();
    }

    @Override
    public void close() {
        client.close();
    }

    /** Returns the location. */
    @Override
    public String toString() {
        return location.toString();
    }
}
