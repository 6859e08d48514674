package dev.ginkgo.testing.cluster;

import dev.ginkgo.hub.message.Since;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A subscriber that moves from node to node and resumes at each with the last id it received. */
final class RoamingSubscriber {
    private final Random random;
    private final List<String> received = new CopyOnWriteArrayList<>();
    private final List<String> visits = new ArrayList<>();
    private volatile @Nullable String lastId;
    private @Nullable TestNode<SubscribingNode> current;
    private @Nullable SubscribingNode host;
    private Runnable unsubscribe = () -> {};

    RoamingSubscriber(Random random) {
        this.random = random;
    }

    /** Returns everything it received, with a {@link SubscribingNode#GAP_MARKER} for each gap. */
    List<String> received() {
        return List.copyOf(received);
    }

    List<String> visits() {
        return visits;
    }

    /** Moves to another node: at random, or always if {@code must} is true or the current node has ended. */
    void move(TestCluster<SubscribingNode> cluster, boolean must) {
        TestNode<SubscribingNode> here = current;
        if (here != null && here.isUp() && here.root() == host) {
            if (here.isPaused() || (!must && random.nextBoolean())) { // the connection hangs, or is kept
                return;
            }
        }
        List<TestNode<SubscribingNode>> available = cluster.nodes().stream()
                .filter(node -> node.isUp() && !node.isPaused())
                .toList();
        unsubscribe.run();
        cluster.clock().awaitIdle();
        unsubscribe = () -> {};
        current = null;
        if (available.isEmpty()) {
            return;
        }
        TestNode<SubscribingNode> next = available.get(random.nextInt(available.size()));
        current = next;
        host = next.root();
        String id = lastId;
        visits.add(next.name() + " after " + received.size());
        unsubscribe = next.root()
                .subscribe(
                        id == null ? Since.Point.NONE : new Since.After(id),
                        message -> {
                            received.add(message.text());
                            lastId = message.id();
                        },
                        gap -> {
                            received.add(SubscribingNode.GAP_MARKER);
                            lastId = gap.after();
                        });
        cluster.clock().awaitIdle();
    }
}
