package dev.ginkgo.mesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Secret;
import dev.ginkgo.mesh.InProcessMesh;
import dev.ginkgo.mesh.InProcessMesh.MeshNode;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.DatagramSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that discover each other by multicast on the loopback interface. */
class MulticastDiscoveryTest {
    private static final Address LOCAL = new Address("127.0.0.1", 4_440);
    private static final Optional<KeyDerivation> KEYS = keys("correct horse battery staple");

    @TempDir
    Path folder;

    private final List<MulticastDiscovery> opened = new ArrayList<>();

    @AfterEach
    void close() {
        opened.forEach(MulticastDiscovery::close);
    }

    private static Optional<KeyDerivation> keys(String secret) {
        return Optional.of(KeyDerivation.of(Secret.of(secret), "cluster.secret"));
    }

    private static Address group() throws IOException {
        try (DatagramSocket free = new DatagramSocket(0)) {
            return new Address("239.192.44.40", free.getLocalPort());
        }
    }

    private MulticastDiscovery open(Address group, int port, DiscoveryCodec codec) throws IOException {
        MulticastDiscovery multicastDiscovery =
                MulticastDiscovery.open(group, LOCAL, new Address("127.0.0.1", port), codec, TimeSource.system());
        opened.add(multicastDiscovery);
        Thread.ofVirtual().start(multicastDiscovery::receive);
        return multicastDiscovery;
    }

    @Test
    @DisplayName("K-08 three nodes that are configured with a multicast group, and no addresses, form one cluster")
    void multicastOnly_formsOneCluster() throws Exception {
        String clusterSettings =
                "expect = 3\nsecret = 'correct horse battery staple'\ncoordinator.mesh.multicast = '" + group() + "'";
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            MeshNode a = inProcessMesh.start(
                    FreePorts.free(LOCAL.host()), clusterSettings); // an address of a network interface
            MeshNode b = inProcessMesh.start(FreePorts.free(LOCAL.host()), clusterSettings);
            MeshNode c = inProcessMesh.start(FreePorts.free(LOCAL.host()), clusterSettings);
            InProcessMesh.awaitConverged(a, b, c);
            InProcessMesh.awaitLeader(a, b, c);
        }
    }

    @Test
    @DisplayName(
            "K-08 with multicast, a node without cluster.expect does not start: it could form a cluster alone before it"
                    + " discovers the others")
    void multicastWithoutExpect_isRejected() throws Exception {
        String clusterSettings = "coordinator.mesh.multicast = '" + group() + "'";
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            assertThatThrownBy(() -> inProcessMesh.start(clusterSettings)).hasStackTraceContaining("cluster.expect");
        }
    }

    @Test
    @DisplayName("K-17 announcements authenticated with another secret, or none, are ignored")
    void announcementsWithAnotherSecret_areIgnored() throws Exception {
        Address group = group();
        MulticastDiscovery receiver = open(group, 1, DiscoveryCodec.of(KEYS));
        MulticastDiscovery other = open(group, 2, DiscoveryCodec.of(keys("incorrect horse battery staple")));
        MulticastDiscovery plain = open(group, 3, DiscoveryCodec.of(Optional.empty()));
        MulticastDiscovery trusted = open(group, 4, DiscoveryCodec.of(KEYS));

        other.announce();
        plain.announce();
        trusted.announce();

        await().atMost(InProcessMesh.TIMEOUT)
                .untilAsserted(() -> assertThat(receiver.discovered()).containsExactly(new Address("127.0.0.1", 4)));
        assertThat(other.discovered()).isEmpty();
    }

    @Test
    @DisplayName("K-17 of any number of announced addresses, at most 64 are remembered")
    void rememberedAddresses_areBounded() throws Exception {
        Address group = group();
        DiscoveryCodec codec = DiscoveryCodec.of(Optional.empty());
        MulticastDiscovery receiver = open(group, 1, codec);
        await().atMost(InProcessMesh.TIMEOUT).until(() -> {
            for (int port = 2; port < 200; port++) {
                try (MulticastDiscovery forger = MulticastDiscovery.open(
                        group, LOCAL, new Address("127.0.0.1", port), codec, TimeSource.system())) {
                    forger.announce();
                }
            }
            return receiver.discovered().size() == 64;
        });
    }

    @Test
    @DisplayName("K-17 random, truncated and modified packets are rejected; seed 20261125")
    void invalidPackets_areRejected() throws Exception {
        DiscoveryCodec codec = DiscoveryCodec.of(KEYS);
        byte[] packet = codec.encode(LOCAL);
        assertThat(codec.decode(packet, packet.length)).contains(LOCAL);

        Random random = new Random(20_261_125);
        for (int i = 0; i < 10_000; i++) {
            byte[] noise = new byte[random.nextInt(DiscoveryCodec.MAX_LENGTH + 1)];
            random.nextBytes(noise);
            assertThat(codec.decode(noise, noise.length)).isEmpty();
            byte[] changed = packet.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            assertThat(codec.decode(changed, changed.length)).isEmpty();
        }
        for (int length = 0; length < packet.length; length++) {
            assertThat(codec.decode(Arrays.copyOf(packet, length), length)).isEmpty();
        }
    }
}
