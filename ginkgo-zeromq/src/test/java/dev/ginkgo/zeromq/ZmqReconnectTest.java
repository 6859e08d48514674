package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.TransportContract;
import dev.ginkgo.hub.spi.TransportStats;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Reconnecting to peers that are unreachable or do not respond. */
class ZmqReconnectTest {
    @BeforeAll
    static void openDescriptorKeptByJvm() throws IOException {
        TransportContract.openDescriptorKeptByJvm();
    }

    @Test
    @DisplayName(
            "H-09 a peer that accepts the connection but sends nothing, or cannot be resolved, is retried; others work")
    void unreachablePeers_areRetried_othersAreServed() throws Exception {
        try (ZmqPair pair = new ZmqPair("", "");
                ServerSocket silentServer = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            Peer silent =
                    new Peer(new NodeIncarnation("mute", 1), new Address("127.0.0.1", silentServer.getLocalPort()));
            Peer unresolvable = new Peer(new NodeIncarnation("nowhere", 1), new Address("nowhere.invalid", 2222));
            Peer b = new Peer(pair.b.self(), pair.b.address());
            pair.a.transport().setPeers(Set.of(silent, unresolvable, b));

            await().atMost(Duration.ofSeconds(15))
                    .until(() -> pair.a.transport().stats().peers().stream()
                                    .filter(peer -> peer.reconnects() >= 2)
                                    .count()
                            == 2);
            pair.a.publish("still here");
            await().atMost(Duration.ofSeconds(15)).until(() -> pair.b.texts().equals(List.of("still here")));
            assertThat(pair.a.transport().readyPeers()).containsExactly(pair.b.self());
            assertThat(pair.a.transport().stats().peers())
                    .filteredOn(TransportStats.PeerStats::ready)
                    .extracting(TransportStats.PeerStats::peer)
                    .containsExactly(pair.b.self());
        }
    }
}
