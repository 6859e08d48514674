package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.message.PublishResult;
import dev.ginkgo.hub.position.VersionVector;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Input of a store from the streams of a broker. Each stream is an origin; its positions are passed in ascending order, by one
 * thread at a time, each as a message, as skipped, or as lost ({@link Store#recordLoss}).
 */
public final class StreamInput {
    private final Store store;
    private final StoreLimits limits;
    private final TimeSource timeSource;

    // guarded by the store
    private final ChannelRegistry channelRegistry;
    private final VersionVector versionVector;
    private final RetentionManager retention;

    /** All arguments belong to the store. */
    StreamInput(
            Store store,
            StoreLimits limits,
            TimeSource timeSource,
            ChannelRegistry channelRegistry,
            VersionVector versionVector,
            RetentionManager retentionManager) {
        this.store = store;
        this.limits = limits;
        this.timeSource = timeSource;
        this.channelRegistry = channelRegistry;
        this.versionVector = versionVector;
        this.retention = retentionManager;
    }

    /**
     * A message of a stream.
     *
     * @param published when it was published
     * @param client number of the client that published it; 0 if a program did
     * @param age how long ago the broker stored it, for a message that is older than this hub; otherwise zero
     */
    public record Item(
            ChannelName channel, Position position, Payload payload, Instant published, long client, Duration age) {}

    /**
     * A message in the store.
     *
     * @param receivers the number of subscribers of its channel at this hub
     */
    public record Appended(StoredMessage message, int receivers) {
        /**
         * Returns the result of the publish.
         *
         * @param peers the number of other nodes
         */
        public PublishResult result(int peers) {
            return new PublishResult(message.id(), message.channel(), receivers, peers);
        }
    }

    /**
     * Adds a stream, or a new incarnation of it.
     *
     * @return the last position of it that has been passed; 0 if there is none
     */
    public long open(long origin, long incarnation) {
        synchronized (store) {
            return versionVector
                    .open(new Position(origin, incarnation, 0), timeSource.nanos(), retention.maxAgeNanos())
                    .sequence();
        }
    }

    /**
     * Appends the message at the next position of its stream, and wakes its subscribers.
     *
     * @throws dev.ginkgo.hub.message.HubRejectedException if it exceeds a limit of this hub; the position is not passed then
     */
    public Appended append(Item item) {
        List<FeedListener.Group> changed;
        Appended appended;
        var _ = limits.read();
        limits.requireMessageFits(item.payload.bytes().length);
        ChannelLog found = channelRegistry.find(item.channel);
        synchronized (store) {
            ChannelLog log = store.openChannel(found, item.channel, item.client);
            long now = timeSource.nanos();
            long published = now - item.age.toNanos();
            StoredMessage message = store.message(log, published, item.position, item.published, item.payload);
            changed = store.append(log, published, now, message, null);
            appended = new Appended(message, log.subscribers());
        }
        FeedListener.Group.appended(changed);
        return appended;
    }

    /** Passes a position whose message no hub delivers. */
    public void skip(Position position) {
        synchronized (store) {
            versionVector.skipTo(position, timeSource.nanos(), retention.maxAgeNanos());
        }
    }

    /**
     * Checks whether a message can be published.
     *
     * @throws dev.ginkgo.hub.message.HubRejectedException if it cannot
     */
    public void requireAccepted(Payload payload) {
        var _ = limits.read();
        limits.requireMessageFits(payload.bytes().length);
        synchronized (store) {
            store.requireOpen();
        }
    }
}
