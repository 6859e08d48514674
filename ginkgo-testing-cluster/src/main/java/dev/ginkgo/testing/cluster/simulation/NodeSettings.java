package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.ServiceSelector;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;

/** The settings by which a node's services belong to a test, whatever the program calls them. */
public final class NodeSettings {
    private NodeSettings() {}

    public static String toml(Service root, Cluster cluster, String name) {
        StringBuilder toml = new StringBuilder();
        line(toml, cluster, "identity", name);
        line(toml, cluster, "coordinator.engine", SimulatedCoordinatorProvider.NAME);
        for (MessageHub hub : Ginkgo.findAll(root, MessageHub.class)) {
            toml.append(keyPrefix(hub)).append("http.enabled = false\n");
            if (!Ginkgo.findAll(hub, ServiceSelector.class).isEmpty()) { // it is one of many
                line(toml, hub, "transport.engine", SimulatedCoordinatorProvider.NAME);
                line(toml, hub, "replication.take-over", "0s"); // the clock stands still while a node starts
            }
        }
        return toml.toString();
    }

    private static void line(StringBuilder toml, Service service, String key, String value) {
        toml.append(keyPrefix(service))
                .append(key)
                .append(" = \"")
                .append(value)
                .append("\"\n");
    }

    /** What the keys of a service begin with: its path without the root's name. */
    private static String keyPrefix(Service service) {
        String path = service.status().path();
        int first = path.indexOf('/');
        return first < 0 ? "" : path.substring(first + 1).replace('/', '.') + ".";
    }
}
