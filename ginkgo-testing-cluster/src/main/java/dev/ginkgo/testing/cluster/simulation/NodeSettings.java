package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.ServiceSelector;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.hub.MessageHub;

/** The settings that connect the services of a node to a test, whatever names the program gives them. */
public final class NodeSettings {
    private NodeSettings() {}

    public static String toml(Service root, Cluster cluster, String name) {
        StringBuilder toml = new StringBuilder();
        line(toml, cluster, "identity", name);
        line(toml, cluster, "coordinator.engine", SimulatedCoordinatorProvider.NAME);
        for (MessageHub hub : Ginkgo.findAll(root, MessageHub.class)) {
            toml.append(keyPrefix(hub)).append("http.enabled = false\n");
            if (!Ginkgo.findAll(hub, ServiceSelector.class).isEmpty()) { // a hub of several nodes
                line(toml, hub, "transport.engine", SimulatedCoordinatorProvider.NAME);
                line(toml, hub, "replication.take-over", "0s"); // the clock does not advance while a node starts
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

    /** Returns the prefix of the keys of a service: its path without the name of the root. */
    private static String keyPrefix(Service service) {
        String path = service.status().path();
        int slash = path.indexOf('/');
        return slash < 0 ? "" : path.substring(slash + 1).replace('/', '.') + ".";
    }
}
