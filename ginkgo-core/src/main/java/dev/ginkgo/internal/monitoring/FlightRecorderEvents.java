package dev.ginkgo.internal.monitoring;

import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.internal.config.Messages;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Creates and commits the events of Java Flight Recorder. Loaded only while the recorder is in use: the classes of events
 * are not in an archive of classes, so loading them would open the jar and delay every start.
 */
final class FlightRecorderEvents {
    private FlightRecorderEvents() {}

    /** Returns the event for something that begins now. */
    static Object begin(Timing.Kind kind) {
        LifecycleEvent event = switch (kind) {
            case START -> new ServiceStartEvent();
            case STOP -> new ServiceStopEvent();
            case RESTART -> new ServiceRestartEvent();
            case RELOAD -> new ReloadEvent();
        };
        event.begin();
        return event;
    }

    /** Ends and commits a start or a restart. */
    static void end(Object begun, String service, String outcome, @Nullable Throwable cause) {
        commit((LifecycleEvent) begun, service, outcome, cause == null ? "" : Messages.oneLine(cause));
    }

    static void endStop(Object begun, String service, String outcome, @Nullable Throwable cause, int leakedTasks) {
        ServiceStopEvent event = (ServiceStopEvent) begun;
        event.leakedTasks = leakedTasks;
        end(event, service, outcome, cause);
    }

    static void endReload(Object begun, String service, String outcome, ReloadResult result) {
        ReloadEvent event = (ReloadEvent) begun;
        event.changed = result.changed().size();
        event.pendingRestart = result.pendingRestart().size();
        event.problems = result.problems().size();
        event.failures = result.failures().size();
        String cause = result.problems().isEmpty()
                ? result.failures().stream()
                        .findFirst()
                        .map(failure -> failure.path() + ": " + Messages.oneLine(failure.thrown()))
                        .orElse("")
                : result.problems().getFirst().toString();
        commit(event, service, outcome, cause);
    }

    static void taskFailed(String service, String task, Duration age, Throwable cause) {
        TaskFailureEvent event = new TaskFailureEvent();
        event.task = task;
        event.age = age.toNanos();
        commit(event, service, "failed", Messages.oneLine(cause));
    }

    private static void commit(LifecycleEvent event, String service, String outcome, String cause) {
        event.service = service;
        event.outcome = outcome;
        event.cause = cause;
        event.commit();
    }
}
