import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;

/** A hub that is a node of a cluster. */
final class Node extends Service {
    final Cluster cluster = add("cluster", new Cluster());
    final MessageHub hub = add("hub", new MessageHub(cluster));
}
