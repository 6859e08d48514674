package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.delivery.sender.NettySender;
import dev.ginkgo.hub.delivery.sender.SocketSender;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.hub.metrics.LoopCounters;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Advances the subscribers of one event loop. A publisher marks the groups that have something new and schedules the
 * loop unless it is already scheduled, so one wake-up serves any number of messages. In each round the loop visits the
 * waiting subscribers of the marked groups, and those that are behind. A subscriber with a write in progress is not
 * visited and costs nothing.
 *
 * <p>A visit plans the next write of a subscriber, and either submits it to the {@link SocketSender} of the loop or writes it
 * through Netty. The submitted writes are sent and completed together, at the latest at the end of the round.
 */
final class DeliveryLoop implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(DeliveryLoop.class);

    private final EventLoop executor;
    private final TimeSource timeSource;
    private final Counters hubCounters;
    private final LoopCounters counters;
    private final PinnedMemory pinnedMemory;

    /** Maximum number of batches that are retained for submitted writes, and that no group shares any more. */
    private static final int MAX_RETIRED_BATCHES = 8;

    private final SocketSender socketSender;

    private final AtomicBoolean scheduled = new AtomicBoolean();
    private final Queue<SubscriberGroup> dirty = new ConcurrentLinkedQueue<>();

    // used only on the loop
    private final List<LoopSubscriber> subscribers = new ArrayList<>(); // at the index that each knows
    private final Deque<LoopSubscriber> behind = new ArrayDeque<>();
    private final Set<LoopSubscriber> awaitingMemory = new LinkedHashSet<>();
    private final Set<LoopSubscriber> failed = new LinkedHashSet<>(); // for lack of memory
    private final List<SubscriberGroup> groupsWithBatch = new ArrayList<>(); // each once
    private final List<Batch> retired = new ArrayList<>();
    private boolean running;
    private long now;
    private long pinnedLimit; // read once a round

    /** Creates a loop that writes through Netty. */
    DeliveryLoop(EventLoop executor, TimeSource timeSource, Counters counters, PinnedMemory pinnedMemory) {
        this(executor, timeSource, counters, pinnedMemory, new NettySender());
    }

    DeliveryLoop(
            EventLoop executor,
            TimeSource timeSource,
            Counters counters,
            PinnedMemory pinnedMemory,
            SocketSender socketSender) {
        this.executor = executor;
        this.socketSender = socketSender;
        this.timeSource = timeSource;
        this.hubCounters = counters;
        this.counters = counters.addLoop();
        this.pinnedMemory = pinnedMemory;
        now = timeSource.nanos();
    }

    // ---- any thread

    /** Marks a group that has something new. All groups of a change are marked before the loop is woken. */
    void mark(SubscriberGroup subscriberGroup) {
        dirty.add(subscriberGroup);
    }

    /** Schedules a round if a group is marked and no round is scheduled. */
    void wake() {
        if (!dirty.isEmpty() && schedule()) {
            hubCounters.recordWakeUp();
        }
    }

    /** Runs an action for each subscriber, on the loop. One for which it fails is closed. */
    void forEach(Consumer<LoopSubscriber> action) {
        execute(() -> {
            updateClock();
            for (LoopSubscriber each : List.copyOf(subscribers)) {
                try {
                    action.accept(each);
                } catch (RuntimeException | Error e) {
                    closeFailed(each, e);
                }
            }
        });
    }

    /** Runs a task on the loop. Returns false if the loop has terminated; its connections are closed then. */
    boolean execute(Runnable task) {
        try {
            executor.execute(task);
            return true;
        } catch (RejectedExecutionException terminated) {
            return false;
        }
    }

    private boolean schedule() {
        if (!scheduled.compareAndSet(false, true)) {
            return false;
        }
        try {
            return execute(this);
        } catch (RuntimeException | Error e) { // for example for lack of memory
            scheduled.set(false); // so that the next wake-up tries again
            throw e;
        }
    }

    /** Schedules a round after the next I/O of the loop: {@code execute} would run it before. */
    private void scheduleAfterIo() {
        if (scheduled.compareAndSet(false, true)) {
            try {
                var _ = executor.schedule(this, 0, TimeUnit.NANOSECONDS);
            } catch (RejectedExecutionException terminated) {
                // the connections are closed
            } catch (RuntimeException | Error e) {
                scheduled.set(false);
                throw e;
            }
        }
    }

    // ---- the loop

    @Override
    public void run() {
        scheduled.set(false); // reset before polling, so that no mark is missed
        updateClock();
        for (SubscriberGroup subscriberGroup = dirty.poll(); subscriberGroup != null; subscriberGroup = dirty.poll()) {
            subscriberGroup.dirty.set(false);
            subscriberGroup.moveWaitingTo(behind);
        }
        running = true;
        pinnedLimit = pinnedMemory.limit();
        try {
            for (int remaining = behind.size(); remaining > 0; remaining--) {
                sendNext(behind.remove());
                if (socketSender.isFull() || retired.size() >= MAX_RETIRED_BATCHES) {
                    sendSubmitted();
                }
            }
        } finally {
            endRound();
        }
    }

    private void endRound() {
        try {
            sendSubmitted();
        } finally {
            running = false;
            groupsWithBatch.forEach(SubscriberGroup::release);
            groupsWithBatch.clear();
            closeRetired();
            if (!behind.isEmpty()) {
                scheduleAfterIo();
            }
        }
    }

    private void sendSubmitted() {
        if (socketSender.send()) {
            updateClock(); // once for all of them
            socketSender.complete();
        }
        closeRetired();
    }

    private void closeRetired() {
        retired.forEach(Batch::close);
        retired.clear();
    }

    private void sendNext(LoopSubscriber subscriber) {
        try {
            subscriber.sendNext();
        } catch (EncodedFeed.NoMemoryException e) {
            // usually direct memory; the subscriber is not the cause, and continues when there is memory again
            if (failed.isEmpty()) {
                LOG.warn("no memory for the next messages of {}; trying again within a second", subscriber, e);
            }
            failed.add(subscriber);
            pinnedMemory.allocationFailed();
        } catch (RuntimeException | Error e) {
            closeFailed(subscriber, e);
        }
    }

    /** Closes a subscriber that cannot be written because of an exception. */
    void closeFailed(LoopSubscriber subscriber, Throwable cause) {
        subscriber.connection().mark(DisconnectReason.ERROR);
        subscriber.close(); // first, because without memory the log entry may fail
        LOG.error("the stream {} was closed: it cannot be written", subscriber, cause);
    }

    /**
     * Schedules a subscriber that has more to send for the next round, so that other subscribers and sockets are served
     * in between.
     */
    void scheduleAgain(LoopSubscriber subscriber) {
        behind.add(subscriber);
        if (!running) {
            schedule();
        }
    }

    /** Adds a subscriber that is behind, and is visited again when other writes have ended. */
    void awaitMemory(LoopSubscriber subscriber) {
        awaitingMemory.add(subscriber);
        pinnedMemory.addWaiting(this);
    }

    /** Visits the subscribers that wait for memory. */
    void retryWaiting() {
        awaitingMemory.forEach(this::scheduleAgain);
        awaitingMemory.clear();
    }

    /** Visits the subscribers for which no memory could be allocated, and those of a wake-up that has failed. */
    void retryFailed() {
        failed.forEach(this::scheduleAgain);
        failed.clear();
        if (!dirty.isEmpty() || !behind.isEmpty()) {
            schedule();
        }
    }

    void releaseAfterRound(SubscriberGroup subscriberGroup) {
        groupsWithBatch.add(subscriberGroup);
    }

    /**
     * Closes a batch when the writes that have been submitted are complete. Called during a round by a group that shares
     * another batch now.
     */
    void closeAfterWrites(Batch batch) {
        retired.add(batch);
    }

    /** Returns, during a round, whether a write may be started that could retain further memory. */
    boolean hasRoom(boolean live) {
        return pinnedMemory.hasRoom(live, pinnedLimit);
    }

    /** Reads the clock. */
    void updateClock() {
        now = timeSource.nanos();
    }

    /** Returns the time of this round. */
    long now() {
        return now;
    }

    /** Counts a write that its socket has accepted before the time of {@link #now}. */
    void delivered(DeliveryStats deliveryStats) {
        if (deliveryStats.messages() > 0) {
            if (deliveryStats.isLive()) {
                counters.recordLatency(now - deliveryStats.oldestNanos());
            }
            counters.recordDelivery(deliveryStats.messages(), deliveryStats.replayed());
        }
    }

    /** Counts a batch in the same way; creates no object if it has no older messages, as nearly all. */
    void delivered(Batch batch, Cursor cursor) {
        if (batch.parts().getFirst().from() < cursor.firstLive || cursor.feed.isConflated()) {
            delivered(DeliveryStats.of(batch, cursor));
        } else {
            counters.recordLatency(now - batch.oldestNanos());
            counters.recordDelivery(batch.messages(), 0);
        }
    }

    SocketSender socketSender() {
        return socketSender;
    }

    LoopCounters counters() {
        return counters;
    }

    PinnedMemory pinnedMemory() {
        return pinnedMemory;
    }

    /** Counts a write that its socket has not accepted at once, until {@link #unpin}. */
    PinnedMemory.Pin pin(LoopSubscriber subscriber, List<Batch.Part> parts, long bytes, boolean encrypted) {
        counters.addPinnedBytes(bytes);
        return pinnedMemory.pin(subscriber, this, encrypted ? List.of() : parts, encrypted ? bytes : 0, now);
    }

    /** Ends the count of a write, and reads the clock. */
    void unpin(PinnedMemory.Pin pin, long bytes) {
        pinnedMemory.unpin(pin);
        counters.addPinnedBytes(-bytes);
        updateClock();
    }

    void add(LoopSubscriber subscriber) {
        subscriber.indexInLoop = subscribers.size();
        subscribers.add(subscriber);
    }

    void remove(LoopSubscriber subscriber) {
        int index = subscriber.indexInLoop;
        if (index >= 0) {
            LoopSubscriber last = subscribers.removeLast();
            if (index < subscribers.size()) { // the last one takes its place
                subscribers.set(index, last);
                last.indexInLoop = index;
            }
            subscriber.indexInLoop = -1;
        }
        awaitingMemory.remove(subscriber);
        failed.remove(subscriber);
    }
}
