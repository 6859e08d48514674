import dev.ginkgo.*;
import dev.ginkgo.cluster.*;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.*;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.message.*;

/**
 * Receives numbers from a {@link NumberServer} and publishes them on {@code /numbers}. Any number of gateways can form
 * a cluster; only the leader publishes. The page at / shows the numbers and the cluster.
 */
final class NumberGateway extends Service {
    final Cluster cluster = add("cluster", new Cluster());
    final MessageHub hub = add("hub", new MessageHub(cluster));
    final NumberClient numbers = add("numbers", new NumberClient());
    final Announcer announcer = add("announcer", new Announcer(hub, cluster));
    final ClusterReport report = add("report", new ClusterReport(hub, cluster));

    @Override
    protected void onStart() {
        spawn("bridge", this::bridge);
        hub.url().ifPresent(url -> IO.println("Open " + url + " in a browser, or: curl -N " + url + "/numbers"));
    }

    private void bridge() {
        for (int number : numbers) { // a follower receives them too, and discards them
            cluster.ifLeading(lease -> publish(Integer.toString(number), lease));
        }
    }

    /** Publishes a number. If the hub cannot, because its broker is unavailable, the number is dropped: the next one follows. */
    private void publish(String number, Lease lease) {
        try {
            hub.publish("/numbers", number, lease);
        } catch (HubRejectedException | UnknownOutcomeException e) {
            log.debug("not published: {}", e.getMessage()); // the state of the hub says why
        }
    }
}
