package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Keys;
import dev.ginkgo.cluster.spi.Ports;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Secret;
import dev.ginkgo.mesh.Clusters.Node;
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
class BeaconTest {
    private static final Address HERE = new Address("127.0.0.1", 4_440);
    private static final Optional<Keys> KEYS = keys("correct horse battery staple");

    @TempDir
    Path folder;

    private final List<Beacon> lit = new ArrayList<>();

    @AfterEach
    void close() {
        lit.forEach(Beacon::close);
    }

    private static Optional<Keys> keys(String secret) {
        return Optional.of(Keys.of(Secret.of(secret), "cluster.secret"));
    }

    private static Address group() throws IOException {
        try (DatagramSocket free = new DatagramSocket(0)) {
            return new Address("239.192.44.40", free.getLocalPort());
        }
    }

    private Beacon light(Address group, int port, BeaconWords words) throws IOException {
        Beacon beacon = Beacon.open(group, HERE, new Address("127.0.0.1", port), words, Time.system());
        lit.add(beacon);
        Thread.ofVirtual().start(beacon::listen);
        return beacon;
    }

    @Test
    @DisplayName("K-08 three nodes that know a multicast group, and nobody's address, form one cluster")
    void oneCluster() throws Exception {
        String more =
                "expect = 3\nsecret = 'correct horse battery staple'\ncoordinator.mesh.multicast = '" + group() + "'";
        try (Clusters clusters = new Clusters(folder)) {
            Node a = clusters.start(Ports.free(HERE.host()), more); // an address that a network card has
            Node b = clusters.start(Ports.free(HERE.host()), more);
            Node c = clusters.start(Ports.free(HERE.host()), more);
            Clusters.awaitTogether(a, b, c);
            Clusters.awaitLeader(a, b, c);
        }
    }

    @Test
    @DisplayName("K-08 with multicast a node does not found a cluster alone because it has not heard of another yet")
    void notAlone() throws Exception {
        String more = "coordinator.mesh.multicast = '" + group() + "'";
        try (Clusters clusters = new Clusters(folder)) {
            assertThatThrownBy(() -> clusters.start(more)).hasStackTraceContaining("cluster.expect");
        }
    }

    @Test
    @DisplayName("K-17 what is said by one with another secret, or none, is not listened to")
    void strangers() throws Exception {
        Address group = group();
        Beacon own = light(group, 1, BeaconWords.of(KEYS));
        Beacon other = light(group, 2, BeaconWords.of(keys("incorrect horse battery staple")));
        Beacon plain = light(group, 3, BeaconWords.of(Optional.empty()));
        Beacon friend = light(group, 4, BeaconWords.of(KEYS));

        other.say();
        plain.say();
        friend.say();

        await().atMost(Clusters.PATIENCE)
                .untilAsserted(() -> assertThat(own.heard()).containsExactly(new Address("127.0.0.1", 4)));
        assertThat(other.heard()).isEmpty();
    }

    @Test
    @DisplayName("K-17 whoever names a thousand addresses has 64 of them remembered")
    void bounded() throws Exception {
        Address group = group();
        BeaconWords words = BeaconWords.of(Optional.empty());
        Beacon own = light(group, 1, words);
        await().atMost(Clusters.PATIENCE).until(() -> {
            for (int port = 2; port < 200; port++) {
                try (Beacon liar = Beacon.open(group, HERE, new Address("127.0.0.1", port), words, Time.system())) {
                    liar.say();
                }
            }
            return own.heard().size() == 64;
        });
    }

    @Test
    @DisplayName("K-17 noise, what is cut off, and what was changed on the way are no words; seed 20261125")
    void noise() throws Exception {
        BeaconWords words = BeaconWords.of(KEYS);
        byte[] said = words.write(HERE);
        assertThat(words.read(said, said.length)).contains(HERE);

        Random random = new Random(20_261_125);
        for (int i = 0; i < 10_000; i++) {
            byte[] noise = new byte[random.nextInt(BeaconWords.LONGEST + 1)];
            random.nextBytes(noise);
            assertThat(words.read(noise, noise.length)).isEmpty();
            byte[] changed = said.clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            assertThat(words.read(changed, changed.length)).isEmpty();
        }
        for (int length = 0; length < said.length; length++) {
            assertThat(words.read(Arrays.copyOf(said, length), length)).isEmpty();
        }
    }
}
