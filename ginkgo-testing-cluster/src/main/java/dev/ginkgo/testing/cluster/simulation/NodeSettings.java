package dev.ginkgo.testing.cluster;

import dev.ginkgo.Choice;
import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;

/** The settings by which a node's services belong to a test, whatever the program calls them. */
final class Tables {
    private Tables() {}

    static String of(Service root, Cluster cluster, String name) {
        StringBuilder toml = new StringBuilder();
        line(toml, cluster, "identity", name);
        line(toml, cluster, "coordinator.engine", SimulatedEngine.NAME);
        for (MessageHub hub : Ginkgo.within(root, MessageHub.class)) {
            toml.append(prefix(hub)).append("http.enabled = false\n");
            if (!Ginkgo.within(hub, Choice.class).isEmpty()) { // it is one of many
                line(toml, hub, "transport.engine", SimulatedEngine.NAME);
                line(toml, hub, "replication.take-over", "0s"); // the clock stands still while a node starts
            }
        }
        return toml.toString();
    }

    private static void line(StringBuilder toml, Service service, String key, String value) {
        toml.append(prefix(service)).append(key).append(" = \"").append(value).append("\"\n");
    }

    /** What the keys of a service begin with: its path without the root's name. */
    private static String prefix(Service service) {
        String path = service.status().path();
        int first = path.indexOf('/');
        return first < 0 ? "" : path.substring(first + 1).replace('/', '.') + ".";
    }
}
