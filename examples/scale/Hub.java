import dev.ginkgo.*;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;

/** A hub of a cluster, without a program of its own. */
final class Hub extends Service {
    final Cluster cluster = add("cluster", new Cluster());
    final MessageHub hub = add("hub", new MessageHub(cluster));
}
