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
    private static final double SHORTEST = 0.8;

    /**
     * One of them.
     *
     * @param since when it began, on the clock of {@code Time.nanos}
     * @param share of the longest life that it may have
     */
    public record OpenStream(ChannelSelector channel, WireFormat framing, Channel connection, StreamHandle reader, long since, double share) {
        /** Ends it in order. */
        void bye(DisconnectReason why) {
            why.mark(connection);
            reader.bye(why.text());
        }
    }

    private final Supplier<Integer> maxSubscribers;
    private final TimeSource time;
    private final RandomGenerator random;
    private final Set<OpenStream> open = ConcurrentHashMap.newKeySet();
    private final Map<ChannelSelector, Integer> byChannel = new ConcurrentHashMap<>();

    StreamRegistry(Supplier<Integer> maxSubscribers, TimeSource time, RandomGenerator random) {
        this.maxSubscribers = maxSubscribers;
        this.time = time;
        this.random = random;
    }

    /** Refuses one reader more than a channel may have; of those that come at one moment a few more may get in. */
    void requireRoom(ChannelSelector channel) throws ProblemException {
        if (byChannel.getOrDefault(channel, 0) >= maxSubscribers.get()) {
            throw new ProblemException(
                            ProblemType.TOO_MANY_SUBSCRIBERS,
                            channel + " has http.max-subscribers = " + maxSubscribers.get()
                                    + " readers; try again later")
                    .with("Retry-After", "30");
        }
    }

    /** Keeps it until its connection is closed. */
    void add(ChannelSelector channel, WireFormat framing, Channel connection, StreamHandle reader) {
        double share = random.nextDouble(SHORTEST, 1);
        OpenStream stream = new OpenStream(channel, framing, connection, reader, time.nanos(), share);
        open.add(stream);
        byChannel.merge(channel, 1, Integer::sum);
        var _ = connection.closeFuture().addListener(_ -> {
            open.remove(stream);
            byChannel.computeIfPresent(channel, (_, count) -> count == 1 ? null : count - 1);
        });
    }

    /** Ends those that have lived for as long as one may; zero is for ever. */
    void endOld(Duration maxLifetime) {
        if (maxLifetime.isZero()) {
            return;
        }
        long now = time.nanos();
        for (OpenStream each : open) {
            if (now - each.since >= maxLifetime.toNanos() * each.share) {
                each.bye(DisconnectReason.MAX_LIFETIME);
            }
        }
    }

    List<OpenStream> all() {
        return List.copyOf(open);
    }
}
