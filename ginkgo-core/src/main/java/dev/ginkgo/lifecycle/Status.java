package dev.ginkgo.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Status of a service and of everything below it at one moment.
 *
 * @param path path in the tree: {@code gateway/hub/http}
 * @param type simple name of the service's class
 * @param state the state
 * @param since when the service entered this state
 * @param reason why the service is degraded or failed, in one line; otherwise empty
 * @param failure the last failure, kept until the next successful start
 * @param lastRecoveredFailure the last failure after which supervision restarted the service; kept across restarts
 * @param restarts how often supervision has restarted the service
 * @param nextRestartIn the remaining pause before the next supervised restart, if one is pending
 * @param tasks number of running tasks
 * @param reloadFailure what an observer or {@code onReload} threw at the last reload
 * @param details details of the health that the service has set, in the order in which it set them first
 * @param children status of the children, in the order in which they were added
 */
public record Status(
        String path,
        String type,
        State state,
        Instant since,
        String reason,
        Optional<Throwable> failure,
        Optional<Throwable> lastRecoveredFailure,
        int restarts,
        Optional<Duration> nextRestartIn,
        int tasks,
        Optional<Throwable> reloadFailure,
        Map<String, String> details,
        List<Status> children) {

    public Status {
        details = details.isEmpty() ? Map.of() : Collections.unmodifiableMap(new LinkedHashMap<>(details));
        children = List.copyOf(children);
    }

    /** Returns whether the service and everything below it are ready; the answer to a readiness probe. */
    public boolean ready() {
        return notReady().isEmpty();
    }

    /**
     * Returns a line {@code path: STATE, reason (name: value, …)}, with the details of its health, for each service that
     * is not ready, parents first. A {@code STOPPED}
     * child of a running parent is left out: it was stopped deliberately and does not affect readiness.
     */
    public List<String> notReady() {
        List<String> lines = new ArrayList<>();
        collect(this, true, lines);
        return List.copyOf(lines);
    }

    private static void collect(Status status, boolean root, List<String> lines) {
        if (status.state == State.STOPPED && !root) {
            return;
        }
        if (status.state != State.READY) {
            String details = status.details.entrySet().stream()
                    .map(each -> each.getKey() + ": " + each.getValue())
                    .collect(Collectors.joining(", ", " (", ")"));
            lines.add(status.path + ": " + status.state
                    + (status.reason.isEmpty() ? "" : ", " + status.reason)
                    + (status.details.isEmpty() ? "" : details));
        }
        status.children.forEach(child -> collect(child, false, lines));
    }
}
