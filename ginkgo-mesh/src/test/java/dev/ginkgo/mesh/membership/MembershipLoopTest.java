package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Time;
import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.Policy;
import dev.ginkgo.cluster.Trust;
import dev.ginkgo.cluster.spi.Ports;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Site;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.cluster.spi.Terms;
import dev.ginkgo.config.Address;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jgroups.util.DefaultSocketFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a node that comes to others says of itself, and when. */
class JoiningTest {
    @TempDir
    Path folder;

    /** What the engine has told, in its order. */
    private final List<String> story = new CopyOnWriteArrayList<>();

    /** When it has told how it is. */
    private final List<Long> tries = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    @DisplayName("K-08 K-20 a node is ready when it knows all who are there, not before: who asks it then whether it is"
            + " alone gets the right answer")
    void readyWhenAllAreKnown(Policy policy) throws Exception {
        try (Clusters clusters = new Clusters(folder)) {
            // Given two nodes
            String words = "policy = \"" + policy.name().toLowerCase(Locale.ROOT) + "\"";
            Clusters.Node a = clusters.start(words);
            await().atMost(Clusters.PATIENCE).until(a.cluster()::isLeader);
            Clusters.Node b = clusters.start(words, a.identity());
            Clusters.awaitTogether(a, b);

            // When another joins them
            Address here = Ports.free();
            try (DataFolder own = DataFolder.open(folder, here)) {
                Node node = node(here, a.identity(), policy, own);
                Thread members = Thread.ofVirtual().start(() -> run(node, own));
                await().atMost(Clusters.PATIENCE).until(() -> story.contains("ready"));
                node.leave();
                node.resign();
                members.join();
            }

            // Then it has told both before it says that it is ready
            List<String> before = story.subList(0, story.indexOf("ready")).stream()
                    .filter(each -> each.startsWith("roster"))
                    .toList();
            assertThat(before.getLast())
                    .contains(a.identity().toString(), b.identity().toString(), here.toString());
        }
    }

    @Test
    @DisplayName(
            "K-08 a node that cannot enter tries again after a pause that grows, whatever happens meanwhile, and not"
                    + " once more when it is stopped")
    void pauses() throws Exception {
        Address here = Ports.free();
        try (ServerSocket taken = new ServerSocket();
                DataFolder own = DataFolder.open(folder, here)) {
            // Given a node that cannot enter
            taken.bind(here.toSocketAddress());
            Node node = node(here, Ports.free(), Policy.QUORUM, own);
            Thread members = Thread.ofVirtual().start(() -> run(node, own));

            // When it is woken all the time, until it has tried four times
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(Clusters.PATIENCE)
                    .until(() -> {
                        node.ring();
                        return tries.size() >= 4;
                    });
            node.leave();
            node.resign();
            members.join();

            // Then it has paused for 0.2 s, 0.4 s and 0.8 s in between, and has not tried once more
            for (int i = 1; i < 4; i++) {
                assertThat(Duration.ofNanos(tries.get(i) - tries.get(i - 1)))
                        .as("pause %d", i)
                        .isGreaterThanOrEqualTo(Duration.ofMillis(100L << i));
            }
            assertThat(tries).hasSize(4);
        }
    }

    private Node node(Address here, Address other, Policy policy, DataFolder own) throws Exception {
        Site site = new Site(here, List.of(other), 3, folder, Trust.none(), policy);
        long incarnation = own.nextIncarnation(Instant.now());
        Member self = new Member(here.toString(), incarnation, here, Optional.empty(), Optional.empty(), "1");
        return new Node(site, Time.system(), self, new Seats(new Told()));
    }

    private void run(Node node, DataFolder own) {
        StackConfig config =
                new StackConfig(node.site().identity(), Duration.ofSeconds(2), DefaultSocketFactory::new, List::of);
        Receipts receipts = new Receipts(node.time());
        Members members = new Members(
                node, () -> new Stay(node, config, own, receipts), new Voters(node, 3, Duration.ofMinutes(1)), ill -> {
                    story.add(ill.orElse("ready"));
                    tries.add(System.nanoTime());
                });
        try {
            members.run();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts it", e);
        }
    }

    private final class Told implements Seat {
        @Override
        public Terms terms() {
            return new Terms(Duration.ofMillis(1_200), Duration.ofMillis(100));
        }

        @Override
        public void roster(List<Member> members) {
            story.add("roster " + members.stream().map(Member::name).toList());
        }

        @Override
        public void leader(String name, Epoch epoch) {}

        @Override
        public boolean renewed(Epoch epoch, Stamp start) {
            return true;
        }

        @Override
        public void ended(Epoch epoch) {}
    }
}
