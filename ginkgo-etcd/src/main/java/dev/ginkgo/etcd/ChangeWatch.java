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
 * Watches the keys of a cluster and calls {@code onChange} for each change. It resumes after a lost connection with the
 * first change that the last read did not contain; after a compaction, with the next read. The keys are read
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
    private volatile @Nullable WatchStream open;

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
        long notified = 0;
        while (true) {
            long read = lastRead.getAsLong();
            if (read > 0) {
                notified = watch(Math.max(read, notified));
            }
            timer.await(pause);
        }
    }

    /** Notifies changes after a revision until the watch ends; returns the revision up to which it has notified. */
    private long watch(long after) throws InterruptedException {
        long notified = after;
        try (WatchStream stream = client.watch(prefix, after + 1)) {
            open = stream;
            while (true) {
                WatchStream.Notification notification = stream.next();
                if (notification.compacted()) {
                    log.debug("changes after revision {} were compacted; the keys are read again", notified);
                    onChange.run();
                    return 0;
                }
                if (notification.changed()) {
                    notified = notification.revision();
                    onChange.run();
                }
            }
        } catch (EtcdException e) {
            log.debug("the watch has ended: {}", e.getMessage());
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            return notified;
        } finally {
            open = null;
        }
    }

    /** Ends a watch at another server than the one in use: it may be cut off without noticing. */
    void moveTo(URI endpoint) {
        WatchStream stream = open;
        if (stream != null && !stream.endpoint().equals(endpoint)) {
            stream.close();
        }
    }
}
