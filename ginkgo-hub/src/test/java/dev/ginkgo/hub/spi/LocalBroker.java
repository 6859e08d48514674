package dev.ginkgo.hub.spi;

import dev.ginkgo.internal.concurrent.WaitQueue;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Client of a {@link LocalBrokerServer}. One task calls the listener, another one completes the futures. */
public final class LocalBroker extends Broker {
    private final LocalBrokerServer server;
    private final WaitQueue changes = new WaitQueue();
    private final ConcurrentLinkedQueue<Runnable> confirmations = new ConcurrentLinkedQueue<>();
    private final Map<NodeIncarnation, Long> positions = new LinkedHashMap<>(); // guarded by itself
    private final AtomicLong appended = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicInteger pending = new AtomicInteger();
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong reconnects = new AtomicLong();
    private List<BrokerStream> known = List.of(); // used by the reading task
    private volatile boolean connected;

    /** Creates a client. */
    public LocalBroker(LocalBrokerServer server) {
        this.server = server;
    }

    @Override
    public List<BrokerStream> open(NodeIncarnation self, BrokerListener brokerListener) {
        known = server.connect(this);
        connected = true;
        synchronized (positions) {
            positions.clear();
        }
        closeOnStop(() -> {
            connected = false;
            server.disconnect(this);
            confirm();
        });
        spawn("reader", () -> {
            while (true) {
                awaitChange(() -> read(brokerListener));
            }
        });
        spawn("confirmations", () -> {
            while (true) {
                awaitChange(this::confirm);
            }
        });
        return known;
    }

    /** Repeats a step while it does something, then waits for a change. */
    private void awaitChange(Step step) throws InterruptedException {
        changes.await(() -> step.run() ? true : null, time(), WaitQueue.deadlineAfter(time(), Duration.ofDays(1)));
    }

    /** A step of a task; returns whether there was something to do. */
    private interface Step {
        boolean run();
    }

    void wake() {
        changes.signal();
    }

    private boolean confirm() {
        boolean any = false;
        for (Runnable next = confirmations.poll(); next != null; next = confirmations.poll()) {
            next.run();
            any = true;
        }
        return any;
    }

    void confirm(CompletableFuture<BrokerPosition> future, BrokerPosition position) {
        confirmations.add(() -> future.complete(position));
        wake();
    }

    private boolean read(BrokerListener listener) {
        boolean reachable = server.isReachable(this);
        if (reachable != connected) {
            connected = reachable;
            if (reachable) {
                reconnects.incrementAndGet();
            }
            listener.connectionChanged(
                    reachable ? Optional.empty() : Optional.of("the broker in memory is not connected"));
        }
        List<BrokerStream> current = server.states();
        for (BrokerStream each : reachable ? current : List.<BrokerStream>of()) {
            if (known.stream().noneMatch(one -> one.stream().equals(each.stream()))) {
                synchronized (positions) {
                    positions
                            .keySet()
                            .removeIf(one -> one.name().equals(each.stream().name()));
                }
                listener.streamOpened(each);
            }
        }
        known = reachable ? current : known;
        boolean any = false;
        for (Map.Entry<NodeIncarnation, Long> each : positions().entrySet()) {
            LocalBrokerServer.Batch next =
                    server.next(this, each.getKey(), Math.abs(each.getValue())).orElse(null);
            any |= report(each.getKey(), each.getValue(), next, listener);
        }
        return any;
    }

    private Map<NodeIncarnation, Long> positions() {
        synchronized (positions) {
            return Map.copyOf(positions);
        }
    }

    /** A negative position stands for the positions up to it, which are before the start of reading. */
    private boolean report(
            NodeIncarnation stream, long position, LocalBrokerServer.@Nullable Batch next, BrokerListener listener) {
        long after = Math.abs(position);
        if (position < 0 && server.isReachable(this)) {
            listener.lost(new SequenceRange(stream, 1, after));
        }
        if (next != null) {
            if (next.discarded() > after) {
                lost.addAndGet(next.discarded() - after);
                listener.lost(new SequenceRange(stream, after + 1, next.discarded()));
                after = next.discarded();
            }
            for (LocalBrokerServer.Stored each : next.messages()) {
                listener.received(each.position(), each.millis(), each.message());
                received.incrementAndGet();
                after = each.position().sequence();
            }
        }
        boolean any = next != null || (position < 0 && server.isReachable(this));
        if (any) {
            long reported = after;
            synchronized (positions) {
                positions.computeIfPresent(stream, (_, _) -> reported);
            }
        }
        return any;
    }

    @Override
    public void read(NodeIncarnation stream, ReadStart readStart) {
        long before = server.before(stream, readStart);
        synchronized (positions) {
            positions.put(stream, readStart instanceof ReadStart.Tail ? -before : before);
        }
        wake();
    }

    @Override
    public CompletableFuture<BrokerPosition> append(BrokerMessage message) {
        CompletableFuture<BrokerPosition> future = new CompletableFuture<>();
        pending.incrementAndGet();
        pendingBytes.addAndGet(message.payload().length);
        var _ = future.whenComplete((_, failure) -> {
            pending.decrementAndGet();
            pendingBytes.addAndGet(-message.payload().length);
            (failure == null ? appended : failed).incrementAndGet();
        });
        server.append(this, message, future);
        return future;
    }

    @Override
    public BrokerStats stats() {
        return new BrokerStats(
                "memory",
                connected,
                appended.get(),
                failed.get(),
                pending.get(),
                pendingBytes.get(),
                received.get(),
                lost.get(),
                reconnects.get());
    }
}
