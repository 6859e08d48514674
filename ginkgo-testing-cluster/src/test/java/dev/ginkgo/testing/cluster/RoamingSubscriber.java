package dev.ginkgo.testing.cluster;

import dev.ginkgo.hub.message.Since;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A reader that goes from node to node, and says at each which id it has seen last. */
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

    /** All it has read, and {@link SubscribingNode#GAP_MARKER} where it was told one. */
    List<String> received() {
        return List.copyOf(received);
    }

    List<String> visits() {
        return visits;
    }

    /** Goes on, perhaps; at least if the node that it is at is no more. */
    void move(TestCluster<SubscribingNode> cluster, boolean must) {
        TestNode<SubscribingNode> here = current;
        if (here != null && here.isUp() && here.root() == host) {
            if (here.isPaused() || (!must && random.nextBoolean())) { // a connection that hangs, or one that is kept
                return;
            }
        }
        List<TestNode<SubscribingNode>> open = cluster.nodes().stream()
                .filter(node -> node.isUp() && !node.isPaused())
                .toList();
        unsubscribe.run();
        cluster.clock().awaitIdle();
        unsubscribe = () -> {};
        current = null;
        if (open.isEmpty()) {
            return;
        }
        TestNode<SubscribingNode> next = open.get(random.nextInt(open.size()));
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
