package dev.ginkgo.internal.engine;

import dev.ginkgo.lifecycle.Status;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the status of a node and of everything below it at one moment. The whole subtree is read in one hold of the
 * tree's lock, so a status never combines values from before and after a transition, of one node or of several.
 */
final class StatusReader {
    private StatusReader() {}

    static Status read(ServiceNode top) {
        while (true) {
            ServiceTree tree = top.treeOrNull();
            Status status = tree == null ? read(top, top.path()) : tree.withLock(() -> read(top, top.path()));
            if (top.treeOrNull() == tree) {
                return status; // otherwise the node was started in another tree, which has another lock
            }
        }
    }

    private static Status read(ServiceNode serviceNode, String path) {
        ServiceRun current = serviceNode.serviceRun;
        RestartHistory.Summary restarts = serviceNode.restartHistory.summary();
        return new Status(
                path,
                serviceNode.typeName(),
                serviceNode.state,
                serviceNode.since,
                serviceNode.reason,
                Optional.ofNullable(serviceNode.failure),
                restarts.lastFailure(),
                restarts.count(),
                restarts.remainingPause(),
                current == null ? 0 : current.taskCount(),
                Optional.ofNullable(serviceNode.reloadFailure),
                current == null ? Map.of() : current.healthDetails(),
                serviceNode.children().stream()
                        .map(child -> read(child, path + "/" + child.name()))
                        .toList());
    }
}
