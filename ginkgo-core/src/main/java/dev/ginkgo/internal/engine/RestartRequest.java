package dev.ginkgo.internal.engine;

import org.jspecify.annotations.Nullable;

/** Cause of a restart that was requested. It is no failure: it has no stack trace, and supervision does not count it. */
public final class RestartRequest extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private RestartRequest() {
        super("a restart was requested", null, false, false);
    }

    /** Restarts a service; see {@code Ginkgo.restart}. */
    public static void restart(ServiceTree serviceTree, String path) {
        ServiceNode serviceNode = find(serviceTree.root(), path);
        if (serviceNode == null) {
            throw new IllegalArgumentException("there is no service " + path);
        }
        if (serviceNode.restartPolicy().scope() == RestartPolicy.Scope.ESCALATE) {
            throw new IllegalStateException(path + " cannot be restarted alone: its parent does not supervise it with"
                    + " Supervision.restart() or a similar method");
        }
        ServiceRun running = serviceTree.withLock(() -> serviceNode.state.isRunning() ? serviceNode.serviceRun : null);
        if (running == null || !serviceTree.fail(serviceNode, running, new RestartRequest())) {
            throw new IllegalStateException(
                    path + " is not running, but " + serviceNode.status().state());
        }
    }

    private static @Nullable ServiceNode find(ServiceNode top, String path) {
        if (top.path().equals(path)) {
            return top;
        }
        for (ServiceNode child : top.children()) {
            ServiceNode found = find(child, path);
            if (found != null) {
                return found;
            }
        }
        return null;
    }
}
