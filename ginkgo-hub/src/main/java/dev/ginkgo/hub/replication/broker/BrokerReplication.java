package dev.ginkgo.hub.replication.broker;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.idempotency.IdempotencyCache;
import dev.ginkgo.hub.log.EpochFence;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StreamInput;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.publish.AsyncPublisher;
import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replication of a hub through a broker: reads all streams into the store, and publishes to them. All hubs read the same
 * messages in the same order, so they make the same decisions about a message: whether its epoch is superseded by an earlier
 * message of the stream, and whether it repeats an earlier message with the same idempotency key. No hub delivers such a
 * message.
 *
 * <p>Until {@link #start}, what is read is collected, so that the store receives the history of several streams in the order of
 * time. Input of one stream is processed by one thread at a time, of several streams at the same time.
 */
public final class BrokerReplication implements BrokerListener, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerReplication.class);

    private final Store store;
    private final IdempotencyCache idempotencyCache;
    private final EpochFence epochFence;
    private final TimeSource timeSource;
    private final IntSupplier peers;
    private final Supplier<ReadStart.Tail> historyTail;
    private final PendingPublishes pendingPublishes;
    private final BrokerPublisher publisher;
    private final LogRateLimiter rateLimiter;
    private final Map<String, StreamState> states = new ConcurrentHashMap<>();
    private final Object loading = new Object();
    private volatile @Nullable HistoryLoader loader; // written under loading
    private volatile @Nullable Broker broker;
    private volatile Runnable onChange = () -> {};
    private volatile Optional<String> problem = Optional.empty();
    private volatile boolean open;
    private volatile boolean closed;

    /** How far a stream has been read. Its methods are called for one event at a time. */
    private static final class StreamState {
        final NodeIncarnation stream;
        final long origin;
        final StreamFence fence;
        private volatile long passed; // written for one event at a time

        StreamState(NodeIncarnation stream, StreamFence fence, long passed) {
            this.stream = stream;
            this.origin = OriginId.of(stream.name());
            this.fence = fence;
            this.passed = passed;
        }

        Position position(long sequence) {
            return new Position(origin, stream.incarnation(), sequence);
        }
    }

    /**
     * Creates the replication of one run of a hub.
     *
     * @param epochFence rejects publishes under superseded leases; it observes the epochs of all messages
     * @param peers returns the number of other nodes in the cluster
     * @param publishTimeout how long a publish waits for the broker
     * @param historyTail returns how much history to read, of all streams together
     * @param maxPendingBytes maximum size of the messages that wait for the broker
     */
    public BrokerReplication(
            Store store,
            IdempotencyCache idempotencyCache,
            EpochFence epochFence,
            Counters counters,
            TimeSource timeSource,
            IntSupplier peers,
            Supplier<Duration> publishTimeout,
            Supplier<ReadStart.Tail> historyTail,
            LongSupplier maxPendingBytes) {
        this.store = store;
        this.idempotencyCache = idempotencyCache;
        this.epochFence = epochFence;
        this.timeSource = timeSource;
        this.peers = peers;
        this.historyTail = historyTail;
        pendingPublishes = new PendingPublishes(idempotencyCache, maxPendingBytes, peers);
        publisher = new BrokerPublisher(
                store, epochFence, counters, timeSource, publishTimeout, pendingPublishes, this::read);
        rateLimiter = new LogRateLimiter(timeSource);
    }

    /** Returns the publisher. It rejects messages before {@link #start} and after {@link #close}. */
    public AsyncPublisher publisher() {
        return publisher;
    }

    /**
     * Connects, and starts to read the history.
     *
     * @param newOnChange called after a change of {@link #isLoaded} or {@link #problem}; does not block
     * @throws Exception if the broker is not reachable, or its streams cannot be used
     */
    public void open(Broker newBroker, NodeIncarnation self, Runnable newOnChange) throws Exception {
        closed = false;
        onChange = newOnChange;
        broker = newBroker;
        synchronized (loading) {
            loader = new HistoryLoader(List.of());
        }
        List<BrokerStream> streams = newBroker.open(self, this);
        requireDistinct(streams);
        synchronized (loading) {
            loader = new HistoryLoader(streams);
            streams.forEach(each -> open(each.stream()));
        }
        ReadStart.Tail tail = historyTail.get();
        ReadStart.Tail each = new ReadStart.Tail(tail.maxAge(), tail.maxBytes() / streams.size());
        streams.forEach(stream -> newBroker.read(stream.stream(), each));
        publisher.connect(newBroker, self);
    }

    private static void requireDistinct(List<BrokerStream> streams) {
        Set<Long> origins = new HashSet<>();
        streams.forEach(each -> origins.add(OriginId.of(each.stream().name())));
        if (streams.isEmpty() || streams.size() > Broker.MAX_STREAMS || origins.size() < streams.size()) {
            throw new IllegalStateException("the broker has the streams " + streams + "; required are 1 to "
                    + Broker.MAX_STREAMS + " with different numbers in message ids, so give them other names");
        }
    }

    private void open(NodeIncarnation stream) {
        StreamState earlier = states.get(stream.name());
        StreamFence fence = earlier == null ? new StreamFence() : earlier.fence;
        if (earlier != null && !earlier.stream.equals(stream)) {
            fence.restart();
        }
        long passed = store.streams.open(OriginId.of(stream.name()), stream.incarnation());
        states.put(stream.name(), new StreamState(stream, fence, passed));
    }

    /** Returns how far each stream has been read. */
    private Map<NodeIncarnation, Long> read() {
        Map<NodeIncarnation, Long> read = new HashMap<>();
        states.values().forEach(each -> read.put(each.stream, each.passed));
        return read;
    }

    /** Returns whether the history has been read. */
    public boolean isLoaded() {
        synchronized (loading) {
            return loader == null || loader.isComplete();
        }
    }

    /** Returns which streams have not been read yet, and how far they have been. */
    public String progress() {
        synchronized (loading) {
            return loader == null ? "" : loader.progress();
        }
    }

    /** Passes the history to the store. Called when it {@linkplain #isLoaded has been read}, before there are subscribers. */
    public void start() {
        synchronized (loading) {
            HistoryLoader loaded = loader;
            if (loaded != null) {
                for (Map.Entry<String, StreamState> each : states.entrySet()) {
                    each.getValue().fence.readAhead(loaded.events(each.getKey()), each.getValue().passed);
                }
                loaded.drainTo(event -> process(event, true));
                loader = null;
            }
        }
        open = true;
        onChange.run();
    }

    /** Returns whether messages are published and read: between {@link #start} and {@link #close}. */
    public boolean isOpen() {
        return open;
    }

    /** Returns why the broker cannot be used at present; empty if it can. */
    public Optional<String> problem() {
        return problem;
    }

    /** Returns the number of messages that were rejected because of their epoch when they were read. */
    public long fenced() {
        return states.values().stream().mapToLong(each -> each.fence.rejected()).sum();
    }

    /** Ends publishes that have waited for too long. Called repeatedly. */
    public void expire() {
        publisher.expire();
    }

    /** Ends all publishes, and ignores further input. */
    @Override
    public void close() {
        closed = true;
        open = false;
        publisher.disconnect();
        pendingPublishes.close();
    }

    // ---- BrokerListener

    @Override
    public void received(BrokerPosition brokerPosition, long storedMillis, BrokerMessage message) {
        accept(new StreamEvent.Received(brokerPosition, storedMillis, message));
    }

    @Override
    public void lost(SequenceRange positions) {
        accept(new StreamEvent.Lost(positions, true));
    }

    @Override
    public void skipped(BrokerPosition brokerPosition) {
        long sequence = brokerPosition.sequence();
        accept(new StreamEvent.Lost(new SequenceRange(brokerPosition.stream(), sequence, sequence), false));
    }

    @Override
    public void streamOpened(BrokerStream brokerStream) {
        accept(new StreamEvent.Opened(brokerStream));
        Broker current = broker;
        if (current != null) {
            current.read(brokerStream.stream(), new ReadStart.After(0));
        }
    }

    @Override
    public void connectionChanged(Optional<String> newProblem) {
        problem = newProblem;
        onChange.run();
    }

    private void accept(StreamEvent event) {
        if (closed) {
            return;
        }
        if (loader != null) {
            synchronized (loading) {
                HistoryLoader current = loader;
                if (current != null) {
                    current.add(event);
                    if (current.isComplete()) {
                        onChange.run();
                    }
                    return;
                }
            }
        }
        process(event, false);
    }

    private void process(StreamEvent event, boolean isHistory) {
        if (event instanceof StreamEvent.Opened(BrokerStream opened)) {
            reopen(opened.stream(), isHistory);
            return;
        }
        StreamState state = states.get(event.stream().name());
        if (state == null || !state.stream.equals(event.stream()) || event.through() <= state.passed) {
            return; // a stream that exists no longer, or read again after a restart of the replication
        }
        switch (event) {
            case StreamEvent.Received received -> receive(state, received, isHistory);
            case StreamEvent.Lost lost -> lose(state, lost.through(), lost.mayBeRead(), isHistory);
            case StreamEvent.Opened _ -> throw new AssertionError("processed above");
        }
        state.passed = event.through();
        pendingPublishes.pass(state.stream, state.passed);
    }

    /** Continues with a stream that was created again: what had not been read of the earlier one is lost. */
    private void reopen(NodeIncarnation stream, boolean isHistory) {
        StreamState earlier = states.get(stream.name());
        if (earlier != null && earlier.stream.incarnation() < stream.incarnation()) {
            LOG.error(
                    "the stream {} was created again; messages of {} after position {} are lost, and subscribers receive a gap",
                    stream,
                    earlier.stream,
                    earlier.passed);
            lose(earlier, earlier.passed + 1, true, isHistory);
        }
        open(stream);
    }

    private void lose(StreamState state, long through, boolean mayBeRead, boolean isHistory) {
        if (mayBeRead) {
            state.fence.unreadUntil(through);
        }
        store.recordLoss(state.position(through), _ -> true, !isHistory);
    }

    private void receive(StreamState state, StreamEvent.Received received, boolean isHistory) {
        long sequence = received.through();
        if (sequence > state.passed + 1) {
            lose(state, sequence - 1, true, isHistory); // a broker that does not report what it has lost
        }
        BrokerMessage message = received.message();
        Position position = state.position(sequence);
        switch (state.fence.decide(message, state.stream)) {
            case ADMIT -> admit(message, position, received, isHistory);
            case REJECT -> {
                store.streams.skip(position);
                Epoch own = message.epoch().orElseThrow();
                pending(message)
                        .ifPresent(each ->
                                each.fenced(state.fence.latest(own.cluster()).orElse(own)));
            }
            case UNKNOWN -> {
                store.recordLoss(position, message.channel()::equals, !isHistory);
                pending(message).ifPresent(each -> each.storedOnly(received.position(), peers.getAsInt()));
            }
        }
    }

    private void admit(BrokerMessage message, Position position, StreamEvent.Received received, boolean isHistory) {
        message.epoch().ifPresent(epochFence::observe);
        Optional<PublishResult> first = message.key().flatMap(key -> idempotencyCache.resultOf(key, position));
        if (first.isPresent()) {
            store.streams.skip(position);
            pending(message).ifPresent(each -> each.delivered(first.get()));
            return;
        }
        append(message, position, received, isHistory);
    }

    private void append(BrokerMessage message, Position position, StreamEvent.Received received, boolean isHistory) {
        Duration age = isHistory
                ? Duration.ofMillis(Math.max(0, timeSource.now().toEpochMilli() - received.storedMillis()))
                : Duration.ZERO;
        try {
            StreamInput.Appended appended = store.streams.append(new StreamInput.Item(
                    ChannelName.of(message.channel()),
                    position,
                    Payload.relayed(message.payload(), message.binary()),
                    Instant.ofEpochMilli(message.publishedMillis()),
                    message.client(),
                    age));
            if (isOwn(message) || message.key().isPresent()) {
                PublishResult result = appended.result(peers.getAsInt());
                message.key().ifPresent(key -> idempotencyCache.read(key, result, age));
                pending(message).ifPresent(each -> each.delivered(result));
            }
        } catch (HubRejectedException | InvalidChannelException e) {
            store.recordLoss(position, message.channel()::equals, !isHistory);
            pending(message).ifPresent(each -> each.storedOnly(received.position(), peers.getAsInt()));
            rateLimiter.warn(
                    LOG,
                    "cannot accept " + message + " from the broker; subscribers of its channel receive a gap: "
                            + e.getMessage());
        }
    }

    private boolean isOwn(BrokerMessage message) {
        return publisher.isSender(message.sender());
    }

    /** Removes and returns the publish that waits for a message. */
    private Optional<PendingPublish> pending(BrokerMessage message) {
        return isOwn(message) ? pendingPublishes.take(message.number()) : Optional.empty();
    }
}
