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
 * One random run of hubs on one to five nodes, all of which publish and subscribe, and of one subscriber that moves
 * from node to node.
 */
final class RandomHubRun {
    private static final int FAULTS = 12;
    private static final Duration SETTLE_TIME = Duration.ofSeconds(10);

    /** A published message with its publisher and its number in the run. */
    private record Published(String text, SubscribingNode publisher, int number) {}

    private final List<Published> published = new ArrayList<>();

    private record Connection(SubscribingNode publisher, SubscribingNode subscriber) {}

    /**
     * How many messages had been published when a connection was first seen: later ones must be received or reported.
     */
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
                        .filter(other -> other == node || isConnected(node, other))
                        .forEach(other -> connectedSince.putIfAbsent(
                                new Connection(subscribingNode, other.root()), published.size()));
                for (int i = 0; i < 3; i++) {
                    publishMessage(node, subscribingNode);
                }
                publishAsLeader(node, subscribingNode);
            }
        }
    }

    private static boolean isConnected(TestNode<SubscribingNode> node, TestNode<SubscribingNode> at) {
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
        String text = "text " + published.size() + " " + node.index() + " " + System.identityHashCode(subscribingNode);
        published.add(new Published(text, subscribingNode, published.size()));
        subscribingNode.publish(text);
    }

    private static void publishAsLeader(TestNode<SubscribingNode> node, SubscribingNode subscribingNode) {
        subscribingNode.cluster.lease().ifPresent(lease -> {
            try {
                subscribingNode.hub.publish(
                        SubscribingNode.CHANNEL, "leads " + lease.epoch().number() + " " + node.index(), lease);
            } catch (LeaseExpiredException e) {
                // the hub knows a later epoch
            }
        });
    }

    private void checkRoamingSubscriber(TestCluster<SubscribingNode> cluster) {
        roamingSubscriber.move(cluster, true);
        cluster.advance(SETTLE_TIME);
        List<String> read = roamingSubscriber.received();
        List<String> textsUntilGap = read.stream()
                .takeWhile(text -> !text.equals(SubscribingNode.GAP_MARKER))
                .filter(text -> text.startsWith("text"))
                .toList();
        assertThat(textsUntilGap)
                .as("no duplicates, %s", roamingSubscriber.visits())
                .doesNotHaveDuplicates();
        if (read.contains(SubscribingNode.GAP_MARKER) || read.isEmpty()) {
            return;
        }
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
            List<String> all = published.stream()
                    .filter(each -> each.publisher == node.root())
                    .map(Published::text)
                    .toList();
            List<String> matching = textsUntilGap.stream().filter(all::contains).toList();
            if (!matching.isEmpty()) {
                assertThat(matching)
                        .as("messages of %s from the first one received, %s", node, roamingSubscriber.visits())
                        .isEqualTo(all.subList(all.indexOf(matching.getFirst()), all.size()));
            }
        }
    }

    private void check(TestCluster<SubscribingNode> cluster) {
        cluster.advance(SETTLE_TIME);
        List<SubscribingNode> running =
                cluster.nodes().stream().map(TestNode::root).toList();
        for (TestNode<SubscribingNode> node : cluster.nodes()) {
            SubscribingNode subscribingNode = node.root();
            List<String> read = List.copyOf(subscribingNode.received);
            List<String> texts =
                    read.stream().filter(text -> text.startsWith("text")).toList();
            assertThat(texts).as("no duplicates at %s", node).doesNotHaveDuplicates();
            assertThat(read.stream()
                            .filter(text -> text.startsWith("leads"))
                            .map(text -> Long.parseLong(text.split(" ", -1)[1]))
                            .toList())
                    .as("epochs at %s", node)
                    .isSorted();
            for (SubscribingNode publisher : running) {
                List<String> all = published.stream()
                        .filter(each -> each.publisher == publisher
                                && each.number
                                        >= connectedSince.getOrDefault(
                                                new Connection(publisher, subscribingNode), Integer.MAX_VALUE))
                        .map(Published::text)
                        .toList();
                List<String> matching = texts.stream().filter(all::contains).toList();
                assertThat(matching)
                        .as("in the order of the publisher at %s", node)
                        .isEqualTo(all.stream().filter(texts::contains).toList());
                if (matching.size() < all.size()) {
                    List<String> missing = new ArrayList<>(all);
                    missing.removeAll(matching);
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
