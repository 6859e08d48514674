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
    private final List<String> read = new CopyOnWriteArrayList<>();
    private final List<String> travels = new ArrayList<>();
    private volatile @Nullable String last;
    private @Nullable TestNode<SubscribingNode> at;
    private @Nullable SubscribingNode host;
    private Runnable leave = () -> {};

    RoamingSubscriber(Random random) {
        this.random = random;
    }

    /** All it has read, and {@link SubscribingNode#GAP} where it was told one. */
    List<String> read() {
        return List.copyOf(read);
    }

    List<String> travels() {
        return travels;
    }

    /** Goes on, perhaps; at least if the node that it is at is no more. */
    void step(TestCluster<SubscribingNode> cluster, boolean must) {
        TestNode<SubscribingNode> here = at;
        if (here != null && here.isUp() && here.root() == host) {
            if (here.isPaused() || (!must && random.nextBoolean())) { // a connection that hangs, or one that is kept
                return;
            }
        }
        List<TestNode<SubscribingNode>> open = cluster.nodes().stream()
                .filter(node -> node.isUp() && !node.isPaused())
                .toList();
        leave.run();
        cluster.clock().settle();
        leave = () -> {};
        at = null;
        if (open.isEmpty()) {
            return;
        }
        TestNode<SubscribingNode> next = open.get(random.nextInt(open.size()));
        at = next;
        host = next.root();
        String id = last;
        travels.add(next.name() + " after " + read.size());
        leave = next.root()
                .visit(
                        id == null ? Since.Point.NONE : new Since.After(id),
                        message -> {
                            read.add(message.text());
                            last = message.id();
                        },
                        gap -> {
                            read.add(SubscribingNode.GAP);
                            last = gap.after();
                        });
        cluster.clock().settle();
    }
}
