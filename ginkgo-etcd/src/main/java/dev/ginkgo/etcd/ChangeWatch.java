package dev.ginkgo.etcd;

import dev.ginkgo.etcd.client.EtcdClient;
import dev.ginkgo.etcd.client.EtcdException;
import dev.ginkgo.etcd.client.WatchStream;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.net.URI;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * Watches the keys of a cluster and calls {@code onChange} for each change. After a lost connection it resumes with
 * the first change that the last read did not contain, also after a compaction. The keys are read
 * regularly as well, so a change that a watch does not notify is only noticed later.
 */
final class ChangeWatch {
    private final EtcdClient client;
    private final String prefix;
    private final LongSupplier lastRead;
    private final Runnable onChange;
    private final Duration pause;
    private final WakeableTimer timer;
    private final Logger log;
    private volatile @Nullable Open open;

    /** @param after the revision after which it notifies changes */
    private record Open(WatchStream stream, long after) {}

    /**
     * @param lastRead the revision of the last read; zero before the first one
     * @param pause between two attempts
     * @param timer on which the watching thread waits between attempts
     */
    ChangeWatch(
            EtcdClient client,
            String prefix,
            LongSupplier lastRead,
            Runnable onChange,
            Duration pause,
            WakeableTimer timer,
            Logger log) {
        this.client = client;
        this.prefix = prefix;
        this.lastRead = lastRead;
        this.onChange = onChange;
        this.pause = pause;
        this.timer = timer;
        this.log = log;
    }

    /** Body of the task. */
    void run() throws InterruptedException {
        while (true) {
            long read = lastRead.getAsLong();
            if (read > 0) {
                watch(read);
            }
            timer.await(pause);
        }
    }

    /** Notifies changes after a revision until the watch ends. */
    private void watch(long after) throws InterruptedException {
        try (WatchStream stream = client.watch(prefix, after + 1)) {
            open = new Open(stream, after);
            while (true) {
                WatchStream.Notification notification = stream.next();
                if (notification.compacted()) {
                    log.debug("changes after revision {} were compacted; the keys are read again", after);
                    onChange.run();
                    return;
                }
                if (notification.changed()) {
                    onChange.run();
                }
            }
        } catch (EtcdException e) {
            log.debug("the watch has ended: {}", e.getMessage());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        } finally {
            open = null;
        }
    }

    /**
     * Ends a watch that does not notify what a node reads: one at another server than the one in use, which may be cut off without
     * noticing, or one after a revision that etcd has not reached any more, because it has lost its data.
     */
    void moveTo(URI endpoint) {
        Open current = open;
        if (current != null && (!current.stream.endpoint().equals(endpoint) || current.after > lastRead.getAsLong())) {
            current.stream.close();
        }
    }
}
