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

/** Nodes that find each other by multicast, on the loopback of this machine. */
class MulticastDiscoveryTest {
    private static final Address HERE = new Address("127.0.0.1", 4_440);
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

    private MulticastDiscovery open(Address group, int port, DiscoveryCodec words) throws IOException {
        MulticastDiscovery multicastDiscovery =
                MulticastDiscovery.open(group, HERE, new Address("127.0.0.1", port), words, TimeSource.system());
        opened.add(multicastDiscovery);
        Thread.ofVirtual().start(multicastDiscovery::receive);
        return multicastDiscovery;
    }

    @Test
    @DisplayName("K-08 three nodes that know a multicast group, and nobody's address, form one cluster")
    void oneCluster() throws Exception {
        String more =
                "expect = 3\nsecret = 'correct horse battery staple'\ncoordinator.mesh.multicast = '" + group() + "'";
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            MeshNode a = inProcessMesh.start(FreePorts.free(HERE.host()), more); // an address that a network card has
            MeshNode b = inProcessMesh.start(FreePorts.free(HERE.host()), more);
            MeshNode c = inProcessMesh.start(FreePorts.free(HERE.host()), more);
            InProcessMesh.awaitConverged(a, b, c);
            InProcessMesh.awaitLeader(a, b, c);
        }
    }

    @Test
    @DisplayName("K-08 with multicast a node does not found a cluster alone because it has not heard of another yet")
    void notAlone() throws Exception {
        String more = "coordinator.mesh.multicast = '" + group() + "'";
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            assertThatThrownBy(() -> inProcessMesh.start(more)).hasStackTraceContaining("cluster.expect");
        }
    }

    @Test
    @DisplayName("K-17 what is said by one with another secret, or none, is not listened to")
    void strangers() throws Exception {
        Address group = group();
        MulticastDiscovery own = open(group, 1, DiscoveryCodec.of(KEYS));
        MulticastDiscovery other = open(group, 2, DiscoveryCodec.of(keys("incorrect horse battery staple")));
        MulticastDiscovery plain = open(group, 3, DiscoveryCodec.of(Optional.empty()));
        MulticastDiscovery friend = open(group, 4, DiscoveryCodec.of(KEYS));

        other.announce();
        plain.announce();
        friend.announce();

        await().atMost(InProcessMesh.TIMEOUT)
                .untilAsserted(() -> assertThat(own.discovered()).containsExactly(new Address("127.0.0.1", 4)));
        assertThat(other.discovered()).isEmpty();
    }

    @Test
    @DisplayName("K-17 whoever names a thousand addresses has 64 of them remembered")
    void bounded() throws Exception {
        Address group = group();
        DiscoveryCodec words = DiscoveryCodec.of(Optional.empty());
        MulticastDiscovery own = open(group, 1, words);
        await().atMost(InProcessMesh.TIMEOUT).until(() -> {
            for (int port = 2; port < 200; port++) {
                try (MulticastDiscovery liar = MulticastDiscovery.open(
                        group, HERE, new Address("127.0.0.1", port), words, TimeSource.system())) {
                    liar.announce();
                }
            }
            return own.discovered().size() == 64;
        });
    }

    @Test
    @DisplayName("K-17 noise, what is cut off, and what was changed on the way are no words; seed 20261125")
    void noise() throws Exception {
        DiscoveryCodec words = DiscoveryCodec.of(KEYS);
        byte[] said = words.encode(HERE);
        assertThat(words.decode(said, said.length)).contains(HERE);

        Random random = new Random(20_261_125);
        for (int i = 0; i < 10_000; i++) {
            byte[] noise = new byte[random.nextInt(DiscoveryCodec.MAX_LENGTH + 1)];
            random.nextBytes(noise);
            assertThat(words.decode(noise, noise.length)).isEmpty();
            byte[] changed = said.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            assertThat(words.decode(changed, changed.length)).isEmpty();
        }
        for (int length = 0; length < said.length; length++) {
            assertThat(words.decode(Arrays.copyOf(said, length), length)).isEmpty();
        }
    }
}
