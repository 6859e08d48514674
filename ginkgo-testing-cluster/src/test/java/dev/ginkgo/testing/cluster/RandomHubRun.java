package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.LeaseExpiredException;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.hub.spi.NodeIncarnation;
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
final class RandomHubRun {
    private static final int FAULTS = 12;
    private static final Duration QUIET = Duration.ofSeconds(10);

    /** What was published, by whom, and when. */
    private record Published(String text, SubscribingNode by, int number) {}

    private final List<Published> published = new ArrayList<>();

    private record Connection(SubscribingNode by, SubscribingNode at) {}

    /** How many had been published when one was first known to hear another: what came after is read there, or told. */
    private final Map<Connection, Integer> hears = new HashMap<>();

    private final RoamingSubscriber wanderer;

    private RandomHubRun(long seed) {
        wanderer = new RoamingSubscriber(new Random(seed));
    }

    private void step(TestCluster<SubscribingNode> cluster) {
        wanderer.step(cluster, false);
        publish(cluster);
    }

    private void publish(TestCluster<SubscribingNode> cluster) {
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
            if (node.isUp() && !node.isPaused()) {
                SubscribingNode reader = node.root();
                cluster.nodes().stream()
                        .filter(TestNode::isUp)
                        .filter(other -> other == node || isHeard(node, other))
                        .forEach(other -> hears.putIfAbsent(new Connection(reader, other.root()), published.size()));
                for (int i = 0; i < 3; i++) {
                    say(node, reader);
                }
                leased(node, reader);
            }
        }
    }

    private static boolean isHeard(TestNode<SubscribingNode> node, TestNode<SubscribingNode> at) {
        Member other = at.root().cluster.roster().stream()
                .filter(member -> member.name().equals(at.name()))
                .findFirst()
                .orElseThrow();
        return node.transports().getFirst().readyPeers().contains(new NodeIncarnation(other.name(), other.incarnation()));
    }

    private void say(TestNode<SubscribingNode> node, SubscribingNode reader) {
        String text = "said " + published.size() + " " + node.index() + " " + System.identityHashCode(reader);
        published.add(new Published(text, reader, published.size()));
        reader.publish(text);
    }

    private static void leased(TestNode<SubscribingNode> node, SubscribingNode reader) {
        reader.cluster.lease().ifPresent(lease -> {
            try {
                reader.hub.publish(SubscribingNode.NEWS, "leads " + lease.epoch().number() + " " + node.index(), lease);
            } catch (LeaseExpiredException over) {
                // the hub has heard of the next one
            }
        });
    }

    private void checkWanderer(TestCluster<SubscribingNode> cluster) {
        wanderer.step(cluster, true);
        cluster.advance(QUIET);
        List<String> read = wanderer.read();
        List<String> saidUntilGap = read.stream()
                .takeWhile(text -> !text.equals(SubscribingNode.GAP))
                .filter(text -> text.startsWith("said"))
                .toList();
        assertThat(saidUntilGap).as("each once, %s", wanderer.travels()).doesNotHaveDuplicates();
        if (read.contains(SubscribingNode.GAP) || read.isEmpty()) {
            return;
        }
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
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

    private void check(TestCluster<SubscribingNode> cluster) {
        cluster.advance(QUIET);
        List<SubscribingNode> living = cluster.nodes().stream().map(TestNode::root).toList();
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
            SubscribingNode reader = node.root();
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
            for (SubscribingNode by : living) {
                List<String> all = published.stream()
                        .filter(each -> each.by == by
                                && each.number >= hears.getOrDefault(new Connection(by, reader), Integer.MAX_VALUE))
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
        RandomHubRun run = new RandomHubRun(seed);
        RandomFaultSchedule.run(seed, FAULTS, _ -> new SubscribingNode(), toml, run::step, cluster -> {
            run.check(cluster);
            run.checkWanderer(cluster);
        });
    }
}
