package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.metrics.LoopCounters;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the readers of one event loop. A publisher leaves word which groups have something new and wakes the loop
 * unless it is on its way already: once for any number of messages. In its round the loop visits the readers of these
 * groups that wait, and those that were left behind; whoever is being written to is not visited, and costs nothing.
 */
final class DeliveryLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryLoop.class);

    private final EventLoop executor;
    private final TimeSource timeSource;
    private final Counters all;
    private final LoopCounters counters;

    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Queue<SubscriberGroup> dirty = new ConcurrentLinkedQueue<>();

    // for the loop only
    private final Set<LoopSubscriber> subscribers = new LinkedHashSet<>();
    private final Deque<LoopSubscriber> behind = new ArrayDeque<>();
    private final Set<SubscriberGroup> holding = new LinkedHashSet<>();
    private long now;

    DeliveryLoop(EventLoop executor, TimeSource timeSource, Counters counters) {
        this.executor = executor;
        this.timeSource = timeSource;
        this.all = counters;
        this.counters = counters.addLoop();
        now = timeSource.nanos();
    }

    // ---- any thread

    /** A group has something new. Its loop is woken after all groups that have are marked. */
    void mark(SubscriberGroup subscriberGroup) {
        dirty.add(subscriberGroup);
    }

    /** Begins a round, if a group is marked and no round is about to begin. */
    void wake() {
        if (!dirty.isEmpty() && schedule()) {
            all.recordWakeUp();
        }
    }

    /** Does something with each reader, on the loop. */
    void forEach(Consumer<LoopSubscriber> action) {
        execute(() -> {
            updateClock();
            List.copyOf(subscribers).forEach(action);
        });
    }

    /** Runs on the loop; if the loop has ended, so have its connections. */
    boolean execute(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException ended) {
            return false;
        }
    }

    private boolean schedule() {
        return scheduled.compareAndSet(false, true) && execute(this);
    }

    // ---- the loop

    @Override
    public void run() {
        scheduled.set(false); // before looking, so that nothing is overlooked
        updateClock();
        for (SubscriberGroup subscriberGroup = dirty.poll(); subscriberGroup != null; subscriberGroup = dirty.poll()) {
            subscriberGroup.dirty.set(false);
            behind.addAll(subscriberGroup.waiting());
            subscriberGroup.waiting().clear();
        }
        try {
            for (int turns = behind.size(); turns > 0; turns--) {
                pump(behind.remove());
            }
        } finally {
            holding.forEach(SubscriberGroup::release);
            holding.clear();
            if (!behind.isEmpty()) {
                schedule();
            }
        }
    }

    private static void pump(LoopSubscriber reader) {
        try {
            reader.pump();
        } catch (RuntimeException | OutOfMemoryError e) { // direct memory, mostly; the others still have their turn
            LOG.error("a stream of {} is ended, because it could not be written", reader, e);
            DisconnectReason.ERROR.mark(reader.connection());
            reader.close();
        }
    }

    /** The reader has more to get; in the next round, so that others have their turn and their sockets are served. */
    void scheduleAgain(LoopSubscriber reader) {
        behind.add(reader);
        schedule();
    }

    void releaseAfterRound(SubscriberGroup subscriberGroup) {
        holding.add(subscriberGroup);
    }

    /** Looks at the clock. */
    void updateClock() {
        now = timeSource.nanos();
    }

    /** The time of this round. */
    long now() {
        return now;
    }

    /** A write has been taken by its socket. */
    void delivered(DeliveryStats deliveryStats) {
        if (deliveryStats.messages() > 0) {
            updateClock();
            if (deliveryStats.isLive()) {
                counters.recordLatency(now - deliveryStats.oldestNanos());
            }
            counters.recordDelivery(deliveryStats.messages(), deliveryStats.replayed());
        }
    }

    LoopCounters counters() {
        return counters;
    }

    Collection<LoopSubscriber> subscribers() {
        return subscribers;
    }
}
