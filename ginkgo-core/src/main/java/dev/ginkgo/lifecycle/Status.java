package dev.ginkgo.lifecycle;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a service and everything below it looked like at one moment.
 *
 * @param path the place in the tree, {@code gateway/hub/http}
 * @param type the simple name of the service's class
 * @param state the state
 * @param since when it came into that state
 * @param reason why it is degraded or failed, in one line; empty where all is well
 * @param failure the last failure, kept until the next successful start
 * @param lastRecoveredFailure the last failure that supervision has answered; kept while the parent lives
 * @param restarts how often supervision has restarted it
 * @param nextRestartIn the pause left before the next supervised restart, where one is waited for
 * @param tasks how many tasks it has running
 * @param reloadFailure what its observers or {@code onReload} threw at the last reload
 * @param children the same of its children, in the order of their start
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
        List<Status> children) {

    public Status {
        children = List.copyOf(children);
    }

    /** Whether the service and all below it do their work: what a readiness probe asks. */
    public boolean ready() {
        return notReady().isEmpty();
    }

    /**
     * A line {@code path: STATE, reason} for each service that is not ready, top-down. A child that has ended by
     * itself ({@code STOPPED} below a running parent) holds nobody up.
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
            lines.add(status.path + ": " + status.state + (status.reason.isEmpty() ? "" : ", " + status.reason));
        }
        status.children.forEach(child -> collect(child, false, lines));
    }
}
