package dev.ginkgo.hub.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Size;
import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.position.OriginId;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Which channels make room for new ones. */
class ChannelShareTest {
    private static final int LIMIT = 100;
    private static final long GREEDY = 1;
    private static final long OTHER = 2;

    private static final FeedListener LISTENER = new FeedListener() {
        @Override
        public void appended() {
            // messages are not read
        }

        @Override
        public void wake() {
            // no thread waits
        }
    };

    private static final StoreLimits LIMITS = new StoreLimits(
            () -> Size.ofMebibytes(16),
            () -> 1_000,
            () -> Duration.ZERO,
            () -> Duration.ofMinutes(10),
            () -> LIMIT,
            () -> 100);

    private final Store store = new Store(LIMITS, TimeSource.system(), 1, new Counters());

    @AfterEach
    void close() {
        store.close();
    }

    private void publish(String prefix, int channels, long client) {
        publish(store, prefix, channels, client);
    }

    private static void publish(Store store, String prefix, int channels, long client) {
        for (int i = 0; i < channels; i++) {
            store.publish(ChannelName.of(prefix + i), Payload.text("x"), client, Optional.empty());
        }
    }

    /** Returns how many channels have a prefix. */
    private int count(String prefix) {
        Set<String> names = store.channels(LIMIT).items().stream()
                .map(ChannelListing.Item::channel)
                .collect(Collectors.toSet());
        return (int) names.stream().filter(name -> name.startsWith(prefix)).count();
    }

    @Test
    @DisplayName("H-55 a client that publishes on thousands of channels loses its own channels, not those of others")
    void greedyClient_losesItsOwnChannels() {
        // Given channels of another client and of the program itself
        publish("/other/", 10, OTHER);
        publish("/program/", 50, Publisher.PROGRAM);

        // When one client publishes on more channels than there may be, and then another one on some
        publish("/greedy/", 2_000, GREEDY);
        publish("/late/", 10, OTHER);

        // Then only channels of the greedy client were removed
        assertThat(count("/other/")).isEqualTo(10);
        assertThat(count("/program/")).isEqualTo(50);
        assertThat(count("/late/")).isEqualTo(10);
        assertThat(count("/greedy/")).isEqualTo(LIMIT - 70);
    }

    @Test
    @DisplayName("H-55 a channel that was created by a subscription belongs to the client that publishes on it")
    void subscribedChannel_belongsToPublisher() {
        publish("/other/", 10, OTHER);
        for (int i = 0; i < LIMIT - 10; i++) {
            Cursor cursor = store.openCursor(SubscribeRequest.of(ChannelName.of("/greedy/" + i)), LISTENER);
            store.publish(ChannelName.of("/greedy/" + i), Payload.text("x"), GREEDY, Optional.empty());
            store.closeCursor(cursor, LISTENER);
        }
        publish("/late/", 10, OTHER);
        assertThat(count("/other/")).isEqualTo(10);
        assertThat(count("/late/")).isEqualTo(10);
    }

    @Test
    @DisplayName("H-55 without a client that exceeds its share, the least recently used channel is removed")
    void withoutGreedyClient_removesLeastRecentlyUsed() {
        for (int client = 0; client < 20; client++) {
            publish("/client" + client + "/", 5, 1 + client);
        }
        publish("/program/", 5, Publisher.PROGRAM);
        assertThat(count("/client0/")).isZero();
        assertThat(count("/client")).isEqualTo(LIMIT - 5);
    }

    @Test
    @DisplayName(
            "H-86 a client that publishes on thousands of channels of another node loses its own channels here, too")
    void greedyClientOfAnotherNode_losesItsOwnChannels() {
        // Given a peer whose messages are replicated to this node
        NodeIncarnation peer = new NodeIncarnation("peer", 1);
        ReplicationOutput output = new ReplicationOutput(peer, 0, envelope -> {
            Position position = new Position(OriginId.of(peer.name()), 1, envelope.sequence());
            return store.relay(ChannelName.of(envelope.channel()), position, envelope) ? 1 : 0;
        });
        publish("/other/", 4, OTHER);
        publish("/program/", 50, Publisher.PROGRAM);

        // When one client publishes on more channels there than there may be, then others on some, there and here
        try (Store peerStore = new Store(LIMITS, TimeSource.system(), output, new EpochFence(), new Counters())) {
            publish(peerStore, "/greedy/", 2_000, GREEDY);
            publish(peerStore, "/late/there/", 3, OTHER);
            publish("/late/here/", 3, OTHER);
        }

        // Then only channels of the greedy client were removed
        assertThat(count("/other/")).isEqualTo(4);
        assertThat(count("/program/")).isEqualTo(50);
        assertThat(count("/late/")).isEqualTo(6);
        assertThat(count("/greedy/")).isEqualTo(LIMIT - 60);
    }
}
