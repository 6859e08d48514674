package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.LeaseOverException;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.hub.spi.Origin;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One random run of hubs on one to five nodes, all of which publish and read, and of one reader who wanders from node to
 * node.
 */
final class HubRun {
    private static final int FAULTS = 12;
    private static final Duration QUIET = Duration.ofSeconds(10);

    /** What was published, by whom, and when. */
    private record Published(String text, Reader by, int number) {}

    private final List<Published> published = new ArrayList<>();

    private record Pair(Reader by, Reader at) {}

    /** How many had been published when one was first known to hear another: what came after is read there, or told. */
    private final Map<Pair, Integer> hears = new HashMap<>();

    private final Wanderer wanderer;

    private HubRun(long seed) {
        wanderer = new Wanderer(new Random(seed));
    }

    private void step(TestCluster<Reader> cluster) {
        wanderer.step(cluster, false);
        publish(cluster);
    }

    private void publish(TestCluster<Reader> cluster) {
        for (TestNode<Reader> node : cluster.nodes()) {
            if (node.isUp() && !node.isPaused()) {
                Reader reader = node.root();
                cluster.nodes().stream()
                        .filter(TestNode::isUp)
                        .filter(other -> other == node || isHeard(node, other))
                        .forEach(other -> hears.putIfAbsent(new Pair(reader, other.root()), published.size()));
                for (int i = 0; i < 3; i++) {
                    say(node, reader);
                }
                leased(node, reader);
            }
        }
    }

    private static boolean isHeard(TestNode<Reader> node, TestNode<Reader> at) {
        Member other = at.root().cluster.roster().stream()
                .filter(member -> member.name().equals(at.name()))
                .findFirst()
                .orElseThrow();
        return node.transports().getFirst().readyPeers().contains(new Origin(other.name(), other.incarnation()));
    }

    private void say(TestNode<Reader> node, Reader reader) {
        String text = "said " + published.size() + " " + node.index() + " " + System.identityHashCode(reader);
        published.add(new Published(text, reader, published.size()));
        reader.publish(text);
    }

    private static void leased(TestNode<Reader> node, Reader reader) {
        reader.cluster.lease().ifPresent(lease -> {
            try {
                reader.hub.publish(Reader.NEWS, "leads " + lease.epoch().number() + " " + node.index(), lease);
            } catch (LeaseOverException over) {
                // the hub has heard of the next one
            }
        });
    }

    private void checkWanderer(TestCluster<Reader> cluster) {
        wanderer.step(cluster, true);
        cluster.advance(QUIET);
        List<String> read = wanderer.read();
        List<String> saidUntilGap = read.stream()
                .takeWhile(text -> !text.equals(Reader.GAP))
                .filter(text -> text.startsWith("said"))
                .toList();
        assertThat(saidUntilGap).as("each once, %s", wanderer.travels()).doesNotHaveDuplicates();
        if (read.contains(Reader.GAP) || read.isEmpty()) {
            return;
        }
        for (TestNode<Reader> node : cluster.nodes()) {
            List<String> all = published.stream()
                    .filter(each -> each.by == node.root())
                    .map(Published::text)
                    .toList();
            List<String> got = saidUntilGap.stream().filter(all::contains).toList();
            if (!got.isEmpty()) {
                assertThat(got)
                        .as("what %s said, from the first that was read, %s", node, wanderer.travels())
                        .isEqualTo(all.subList(all.indexOf(got.getFirst()), all.size()));
            }
        }
    }

    private void check(TestCluster<Reader> cluster) {
        cluster.advance(QUIET);
        List<Reader> living = cluster.nodes().stream().map(TestNode::root).toList();
        for (TestNode<Reader> node : cluster.nodes()) {
            Reader reader = node.root();
            List<String> read = List.copyOf(reader.read);
            List<String> said =
                    read.stream().filter(text -> text.startsWith("said")).toList();
            assertThat(said).as("each once at %s", node).doesNotHaveDuplicates();
            assertThat(read.stream()
                            .filter(text -> text.startsWith("leads"))
                            .map(text -> Long.parseLong(text.split(" ", -1)[1]))
                            .toList())
                    .as("epochs at %s", node)
                    .isSorted();
            for (Reader by : living) {
                List<String> all = published.stream()
                        .filter(each -> each.by == by
                                && each.number >= hears.getOrDefault(new Pair(by, reader), Integer.MAX_VALUE))
                        .map(Published::text)
                        .toList();
                List<String> got = said.stream().filter(all::contains).toList();
                assertThat(got)
                        .as("in the order of their publisher at %s", node)
                        .isEqualTo(all.stream().filter(said::contains).toList());
                if (got.size() < all.size()) {
                    List<String> missing = new ArrayList<>(all);
                    missing.removeAll(got);
                    assertThat(reader.gaps).as("%s misses %s", node, missing).isNotEmpty();
                }
            }
        }
    }

    static void run(long seed, String toml) {
        HubRun run = new HubRun(seed);
        Schedule.run(seed, FAULTS, _ -> new Reader(), toml, run::step, cluster -> {
            run.check(cluster);
            run.checkWanderer(cluster);
        });
    }
}
