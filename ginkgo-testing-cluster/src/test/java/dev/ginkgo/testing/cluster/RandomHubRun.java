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
    private record Published(String text, SubscribingNode publisher, int number) {}

    private final List<Published> published = new ArrayList<>();

    private record Connection(SubscribingNode publisher, SubscribingNode subscriber) {}

    /** How many had been published when one was first known to hear another: what came after is read there, or told. */
    private final Map<Connection, Integer> connectedSince = new HashMap<>();

    private final RoamingSubscriber roamingSubscriber;

    private RandomHubRun(long seed) {
        roamingSubscriber = new RoamingSubscriber(new Random(seed));
    }

    private void step(TestCluster<SubscribingNode> cluster) {
        roamingSubscriber.move(cluster, false);
        publish(cluster);
    }

    private void publish(TestCluster<SubscribingNode> cluster) {
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
            if (node.isUp() && !node.isPaused()) {
                SubscribingNode subscribingNode = node.root();
                cluster.nodes().stream()
                        .filter(TestNode::isUp)
                        .filter(other -> other == node || isHeard(node, other))
                        .forEach(other -> connectedSince.putIfAbsent(
                                new Connection(subscribingNode, other.root()), published.size()));
                for (int i = 0; i < 3; i++) {
                    publishMessage(node, subscribingNode);
                }
                publishAsLeader(node, subscribingNode);
            }
        }
    }

    private static boolean isHeard(TestNode<SubscribingNode> node, TestNode<SubscribingNode> at) {
        Member other = at.root().cluster.roster().stream()
                .filter(member -> member.name().equals(at.name()))
                .findFirst()
                .orElseThrow();
        return node.transports()
                .getFirst()
                .readyPeers()
                .contains(new NodeIncarnation(other.name(), other.incarnation()));
    }

    private void publishMessage(TestNode<SubscribingNode> node, SubscribingNode subscribingNode) {
        String text = "said " + published.size() + " " + node.index() + " " + System.identityHashCode(subscribingNode);
        published.add(new Published(text, subscribingNode, published.size()));
        subscribingNode.publish(text);
    }

    private static void publishAsLeader(TestNode<SubscribingNode> node, SubscribingNode subscribingNode) {
        subscribingNode.cluster.lease().ifPresent(lease -> {
            try {
                subscribingNode.hub.publish(
                        SubscribingNode.CHANNEL, "leads " + lease.epoch().number() + " " + node.index(), lease);
            } catch (LeaseExpiredException over) {
                // the hub has heard of the next one
            }
        });
    }

    private void checkRoamingSubscriber(TestCluster<SubscribingNode> cluster) {
        roamingSubscriber.move(cluster, true);
        cluster.advance(QUIET);
        List<String> read = roamingSubscriber.received();
        List<String> saidUntilGap = read.stream()
                .takeWhile(text -> !text.equals(SubscribingNode.GAP_MARKER))
                .filter(text -> text.startsWith("said"))
                .toList();
        assertThat(saidUntilGap).as("each once, %s", roamingSubscriber.visits()).doesNotHaveDuplicates();
        if (read.contains(SubscribingNode.GAP_MARKER) || read.isEmpty()) {
            return;
        }
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
            List<String> all = published.stream()
                    .filter(each -> each.publisher == node.root())
                    .map(Published::text)
                    .toList();
            List<String> got = saidUntilGap.stream().filter(all::contains).toList();
            if (!got.isEmpty()) {
                assertThat(got)
                        .as("what %s said, from the first that was read, %s", node, roamingSubscriber.visits())
                        .isEqualTo(all.subList(all.indexOf(got.getFirst()), all.size()));
            }
        }
    }

    private void check(TestCluster<SubscribingNode> cluster) {
        cluster.advance(QUIET);
        List<SubscribingNode> living =
                cluster.nodes().stream().map(TestNode::root).toList();
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
            SubscribingNode subscribingNode = node.root();
            List<String> read = List.copyOf(subscribingNode.received);
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
                        .filter(each -> each.publisher == by
                                && each.number
                                        >= connectedSince.getOrDefault(
                                                new Connection(by, subscribingNode), Integer.MAX_VALUE))
                        .map(Published::text)
                        .toList();
                List<String> got = said.stream().filter(all::contains).toList();
                assertThat(got)
                        .as("in the order of their publisher at %s", node)
                        .isEqualTo(all.stream().filter(said::contains).toList());
                if (got.size() < all.size()) {
                    List<String> missing = new ArrayList<>(all);
                    missing.removeAll(got);
                    assertThat(subscribingNode.gaps)
                            .as("%s misses %s", node, missing)
                            .isNotEmpty();
                }
            }
        }
    }

    static void run(long seed, String toml) {
        RandomHubRun run = new RandomHubRun(seed);
        RandomFaultSchedule.run(seed, FAULTS, _ -> new SubscribingNode(), toml, run::step, cluster -> {
            run.check(cluster);
            run.checkRoamingSubscriber(cluster);
        });
    }
}
