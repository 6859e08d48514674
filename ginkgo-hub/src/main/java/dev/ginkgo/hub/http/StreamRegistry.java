package dev.ginkgo.hub.http;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.delivery.StreamHandle;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.metrics.DisconnectReason;
import dev.ginkgo.time.TimeSource;
import io.netty.channel.Channel;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/** The streams that are open over HTTP: to count them, to look at them, and to end them. Any thread. */
public final class StreamRegistry {
    /** The share of the longest life that a stream has at least; so those that came together do not go together. */
    private static final double MIN_LIFETIME_SHARE = 0.8;

    /**
     * One of them.
     *
     * @param openedAt when it began, on the clock of {@code TimeSource.nanos}
     * @param lifetimeShare of the longest life that it may have
     */
    public record OpenStream(
            ChannelSelector channel,
            WireFormat framing,
            Channel connection,
            StreamHandle reader,
            long openedAt,
            double lifetimeShare) {
        /** Ends it in order. */
        void bye(DisconnectReason why) {
            why.mark(connection);
            reader.endGracefully(why.text());
        }
    }

    private final Supplier<Integer> maxSubscribers;
    private final TimeSource timeSource;
    private final RandomGenerator random;
    private final Set<OpenStream> open = ConcurrentHashMap.newKeySet();
    private final Map<ChannelSelector, Integer> byChannel = new ConcurrentHashMap<>();

    StreamRegistry(Supplier<Integer> maxSubscribers, TimeSource timeSource, RandomGenerator random) {
        this.maxSubscribers = maxSubscribers;
        this.timeSource = timeSource;
        this.random = random;
    }

    /** Refuses one reader more than a channel may have; of those that come at one moment a few more may get in. */
    void requireCapacity(ChannelSelector channel) throws ProblemException {
        if (byChannel.getOrDefault(channel, 0) >= maxSubscribers.get()) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_SUBSCRIBERS,
                            channel + " has http.max-subscribers = " + maxSubscribers.get()
                                    + " readers; try again later")
                    .withHeader("Retry-After", "30");
        }
    }

    /** Keeps it until its connection is closed. */
    void add(ChannelSelector channel, WireFormat wireFormat, Channel connection, StreamHandle streamHandle) {
        double share = random.nextDouble(MIN_LIFETIME_SHARE, 1);
        OpenStream openStream =
                new OpenStream(channel, wireFormat, connection, streamHandle, timeSource.nanos(), share);
        open.add(openStream);
        byChannel.merge(channel, 1, Integer::sum);
        var _ = connection.closeFuture().addListener(_ -> {
            open.remove(openStream);
            byChannel.computeIfPresent(channel, (_, count) -> count == 1 ? null : count - 1);
        });
    }

    /** Ends those that have lived for as long as one may; zero is for ever. */
    void closeExpired(Duration maxLifetime) {
        if (maxLifetime.isZero()) {
            return;
        }
        long now = timeSource.nanos();
        for (OpenStream each : open) {
            if (now - each.openedAt >= maxLifetime.toNanos() * each.lifetimeShare) {
                each.bye(DisconnectReason.MAX_LIFETIME);
            }
        }
    }

    List<OpenStream> all() {
        return List.copyOf(open);
    }
}
