package dev.ginkgo.hub;

import io.netty.channel.Channel;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** The streams that are open over HTTP: to count them, and to end them. Any thread. */
final class OpenStreams {
    /** One of them. */
    record Stream(Channel connection, Reader reader) {}

    private final Supplier<Integer> maxSubscribers;
    private final Set<Stream> open = ConcurrentHashMap.newKeySet();
    private final Map<Selector, Integer> byChannel = new ConcurrentHashMap<>();

    OpenStreams(Supplier<Integer> maxSubscribers) {
        this.maxSubscribers = maxSubscribers;
    }

    /** Refuses one reader more than a channel may have; of those that come at one moment a few more may get in. */
    void requireRoom(Selector channel) throws Refusal {
        if (byChannel.getOrDefault(channel, 0) >= maxSubscribers.get()) {
            throw new Refusal(
                            Problem.TOO_MANY_SUBSCRIBERS,
                            channel + " has http.max-subscribers = " + maxSubscribers.get()
                                    + " readers; try again later")
                    .with("Retry-After", "30");
        }
    }

    /** Keeps it until its connection is closed. */
    void add(Selector channel, Channel connection, Reader reader) {
        Stream stream = new Stream(connection, reader);
        open.add(stream);
        byChannel.merge(channel, 1, Integer::sum);
        var _ = connection.closeFuture().addListener(_ -> {
            open.remove(stream);
            byChannel.computeIfPresent(channel, (_, count) -> count == 1 ? null : count - 1);
        });
    }

    List<Stream> all() {
        return List.copyOf(open);
    }
}
