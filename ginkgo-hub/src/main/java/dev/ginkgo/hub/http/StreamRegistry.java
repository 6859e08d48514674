package dev.ginkgo.hub.http;

import dev.ginkgo.hub.access.Access;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.connection.ConnectionLifetime;
import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.delivery.StreamHandle;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.Channel;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** Registry of the open HTTP streams, to count, inspect and end them. Thread-safe. */
public final class StreamRegistry {
    /** Minimum share of the maximum lifetime. Random, so that streams opened together do not end together. */
    private static final double MIN_LIFETIME_SHARE = 0.8;

    /** Share of a subscription that ends with the connection that it shares with others. */
    private static final double UNLIMITED = Double.POSITIVE_INFINITY;

    private static final ChannelSelector NO_CHANNELS = new ChannelSelector(List.of(), true);

    /**
     * An open stream. Most of them wait, many thousand at a time, so each has its place in the list of streams and ends with its
     * connection without a further object.
     */
    public final class OpenStream implements ConnectionLifetime.Participant {
        private final ChannelSelector selector;
        private final WireFormat wireFormat;
        private final StreamHandle handle;
        private final Access access;
        private final long openedAt;
        private final float lifetimeShare;
        private int index = StreamList.NONE; // in its list; guarded by it

        private OpenStream(
                ChannelSelector selector,
                WireFormat wireFormat,
                StreamHandle handle,
                double lifetimeShare,
                Access access) {
            this.selector = selector;
            this.wireFormat = wireFormat;
            this.handle = handle;
            this.openedAt = timeSource.nanos();
            this.lifetimeShare = (float) lifetimeShare;
            this.access = access;
        }

        /** Returns what the stream receives. */
        public ChannelSelector selector() {
            return selector;
        }

        /** Returns its representation. */
        public WireFormat wireFormat() {
            return wireFormat;
        }

        /** Returns the stream of the hub. */
        public StreamHandle handle() {
            return handle;
        }

        /** Returns the time of its start, on the clock of {@code TimeSource.nanos}. */
        public long openedAt() {
            return openedAt;
        }

        /** Returns what its client may do; the stream ends when its credentials are no longer valid. */
        public Access access() {
            return access;
        }

        /** Called when its connection has been closed. */
        @Override
        public void connectionClosed(DisconnectReason reason) {
            remove(this);
        }

        /** Ends the stream with a {@code bye} event that has the reason. */
        void endGracefully(DisconnectReason reason) {
            if (execute(() -> connection().mark(reason))) {
                handle.endGracefully(reason.text());
            }
        }

        /** Closes the connection abruptly. */
        void close(DisconnectReason reason) {
            var _ = execute(() -> {
                connection().mark(reason);
                connection().close();
            });
        }

        /** Runs an action on the event loop, which may adopt the socket at this moment. Returns false if it has terminated. */
        private boolean execute(Runnable action) {
            try {
                connection().eventLoop().execute(action);
                return true;
            } catch (RejectedExecutionException ended) {
                return false; // the connection is closed
            }
        }

        /** Returns the connection. */
        public StreamConnection connection() {
            return handle.connection();
        }

        private boolean sharesConnection() {
            return lifetimeShare == UNLIMITED;
        }
    }

    /** Open streams, each at the index that it knows. Thread-safe. */
    private static final class StreamList {
        private static final int NONE = -1;

        private final List<OpenStream> streams = new ArrayList<>(); // guarded by this

        synchronized void add(OpenStream stream) {
            stream.index = streams.size();
            streams.add(stream);
        }

        synchronized void remove(OpenStream stream) {
            int index = stream.index;
            if (index == NONE) {
                return;
            }
            OpenStream last = streams.removeLast();
            if (last != stream) {
                streams.set(index, last);
                last.index = index;
            }
            stream.index = NONE;
        }

        synchronized List<OpenStream> copy() {
            return List.copyOf(streams);
        }
    }

    /**
     * Number of streams with equal selectors.
     *
     * @param selector the one that all of them keep
     */
    private record SelectorCount(ChannelSelector selector, int streams) {}

    private final Supplier<Integer> maxSubscribers;
    private final Supplier<Integer> maxStreamsPerUser;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final StreamList streams = new StreamList();
    private final StreamList sharedConnections = new StreamList();
    private final Map<ChannelSelector, SelectorCount> countBySelector = new ConcurrentHashMap<>();
    private final Map<String, Integer> countByUser = new ConcurrentHashMap<>();
    private volatile boolean stopping;

    /**
     * @param maxSubscribers maximum number of subscribers of one channel
     * @param maxStreamsPerUser maximum number of streams of one user; 0 is unlimited
     */
    StreamRegistry(
            Supplier<Integer> maxSubscribers,
            Supplier<Integer> maxStreamsPerUser,
            TimeSource timeSource,
            RandomGenerator random) {
        this.maxSubscribers = maxSubscribers;
        this.maxStreamsPerUser = maxStreamsPerUser;
        this.timeSource = timeSource;
        this.random = random;
    }

    /**
     * Rejects a subscriber if the channel has reached its limit. Subscribers that arrive at the same moment may exceed the
     * limit by a few.
     */
    public void requireCapacity(ChannelSelector selector) throws ProblemException {
        SelectorCount count = countBySelector.get(selector);
        if (count != null && count.streams >= maxSubscribers.get()) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_SUBSCRIBERS,
                            selector + " has http.max-subscribers = " + maxSubscribers.get()
                                    + " subscribers; try again later")
                    .withHeader("Retry-After", "30");
        }
    }

    /** Rejects a stream or a shared connection if its user has reached the limit, with the same precision. */
    public void requireCapacity(Access access) throws ProblemException {
        int max = maxStreamsPerUser.get();
        Principal user = access.principal();
        if (max > 0 && user != null && countByUser.getOrDefault(user.name(), 0) >= max) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_FROM_USER,
                            "this user has http.max-streams-per-user = " + max
                                    + " open streams; close some, or try again later")
                    .withHeader("Retry-After", "5");
        }
    }

    /** Counts a stream, and returns the selector that streams with an equal one share. */
    private ChannelSelector countSelector(ChannelSelector selector) {
        return countBySelector.merge(
                        selector,
                        new SelectorCount(selector, 1),
                        (known, _) -> new SelectorCount(known.selector, known.streams + 1))
                .selector;
    }

    private void releaseSelector(ChannelSelector selector) {
        countBySelector.computeIfPresent(
                selector,
                (_, count) -> count.streams == 1 ? null : new SelectorCount(count.selector, count.streams - 1));
    }

    private void countStream(Access access) {
        Principal user = access.principal();
        if (user != null) {
            countByUser.merge(user.name(), 1, Integer::sum);
        }
    }

    private void releaseStream(Access access) {
        Principal user = access.principal();
        if (user != null) {
            countByUser.computeIfPresent(user.name(), (_, count) -> count == 1 ? null : count - 1);
        }
    }

    /**
     * Registers a stream until its connection is closed. Its first bytes may have been sent by then; if the hub began to
     * stop in between, the stream ends here.
     */
    void add(
            ChannelSelector selector,
            WireFormat wireFormat,
            Channel connection,
            StreamHandle streamHandle,
            Access access) {
        double share = random.nextDouble(MIN_LIFETIME_SHARE, 1);
        OpenStream openStream = new OpenStream(countSelector(selector), wireFormat, streamHandle, share, access);
        countStream(access);
        streams.add(openStream);
        ConnectionLifetime.of(connection).add(openStream);
        if (stopping) {
            openStream.endGracefully(DisconnectReason.STOPPING);
        }
    }

    private void remove(OpenStream openStream) {
        streams.remove(openStream);
        releaseSelector(openStream.selector);
        releaseStream(openStream.access);
    }

    /**
     * Registers, until it is closed, a connection that several subscriptions share. It is ended like a stream, also while it
     * has no subscription.
     */
    public void addShared(WireFormat wireFormat, Channel connection, StreamHandle handle, Access access) {
        double share = random.nextDouble(MIN_LIFETIME_SHARE, 1);
        OpenStream shared = new OpenStream(NO_CHANNELS, wireFormat, handle, share, access);
        countStream(access);
        sharedConnections.add(shared);
        ConnectionLifetime.of(connection).add(_ -> {
            sharedConnections.remove(shared);
            releaseStream(access);
        });
        if (stopping) {
            shared.endGracefully(DisconnectReason.STOPPING);
        }
    }

    /**
     * Registers a subscription of a connection that was added with {@link #addShared}.
     *
     * @return removes it; must be run once
     */
    public Runnable addSubscription(
            ChannelSelector selector, WireFormat wireFormat, StreamHandle handle, Access access) {
        OpenStream subscription = new OpenStream(countSelector(selector), wireFormat, handle, UNLIMITED, access);
        streams.add(subscription);
        return () -> {
            streams.remove(subscription);
            releaseSelector(selector);
        };
    }

    /**
     * Returns the open streams and shared connections, which the caller ends. Those that are registered from now on end at
     * once.
     */
    List<OpenStream> stop() {
        stopping = true; // set before the list is read, so that each stream is either in the list or sees the flag
        return endable();
    }

    private List<OpenStream> endable() {
        List<OpenStream> all = new ArrayList<>(streams.copy());
        all.removeIf(OpenStream::sharesConnection);
        all.addAll(sharedConnections.copy());
        return all;
    }

    /** Ends the streams that have reached their lifetime; zero is unlimited. */
    void closeExpired(Duration maxLifetime) {
        if (maxLifetime.isZero()) {
            return;
        }
        long now = timeSource.nanos();
        for (StreamList list : List.of(streams, sharedConnections)) {
            for (OpenStream each : list.copy()) {
                if (now - each.openedAt >= maxLifetime.toNanos() * each.lifetimeShare) {
                    each.endGracefully(DisconnectReason.MAX_LIFETIME);
                }
            }
        }
    }

    /** Returns whether the credentials of an access are still valid, or why not. Does not block. */
    public Access.Validity validity(Access access) {
        return access.validity(timeSource.now());
    }

    /** Ends the streams whose credentials have expired or been revoked. */
    void closeInvalid() {
        Instant now = timeSource.now();
        for (OpenStream each : endable()) {
            switch (each.access.validity(now)) {
                case VALID -> {}
                case EXPIRED -> each.endGracefully(DisconnectReason.TOKEN_EXPIRED);
                case REVOKED -> each.endGracefully(DisconnectReason.TOKEN_REVOKED);
            }
        }
    }

    /** Closes the connections of all streams abruptly. Does not wait until they are closed. */
    void closeAll() {
        endable().forEach(each -> each.close(DisconnectReason.STOPPING));
    }

    /** Returns the open streams and the subscriptions of shared connections. */
    List<OpenStream> all() {
        return streams.copy();
    }
}
