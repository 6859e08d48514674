package dev.ginkgo.internal.monitoring;

import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.LifecycleCounters;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * Counts what happens in one tree, and passes it to Java Flight Recorder if that is in use. The recorder may be enabled
 * and disabled at any time; while it has not been used in this process, this costs one read of a field. All methods may
 * be called from any thread, but not under a lock, because the text of an exception is user code.
 */
public final class LifecycleRecorder {
    /** False in a Java runtime without the module, and on a module path that does not add it. */
    private final boolean hasFlightRecorder =
            ModuleLayer.boot().findModule("jdk.jfr").isPresent();

    private final Tally starts = new Tally();
    private final Tally failedStarts = new Tally();
    private final Tally stops = new Tally();
    private final Tally uncleanStops = new Tally();
    private final Tally restarts = new Tally();
    private final Tally failedRestarts = new Tally();
    private final Tally reloads = new Tally();
    private final Tally rejectedReloads = new Tally();
    private final AtomicLong taskFailures = new AtomicLong();

    /** Returns the current counters. */
    public LifecycleCounters counters() {
        return new LifecycleCounters(
                starts.total(),
                failedStarts.total(),
                stops.total(),
                uncleanStops.total(),
                restarts.total(),
                failedRestarts.total(),
                reloads.total(),
                rejectedReloads.total(),
                taskFailures.get());
    }

    /** Records that something begins. */
    public Timing begin(Timing.Kind kind) {
        return new Timing(isInUse() ? FlightRecorderEvents.begin(kind) : null);
    }

    private boolean isInUse() {
        return hasFlightRecorder && FlightRecorder.isInitialized();
    }

    /**
     * Records the end of a start.
     *
     * @param failure what the start threw; null if the service is ready or degraded
     */
    public void started(Timing timing, String service, boolean cancelled, @Nullable Throwable failure) {
        (failure == null ? starts : failedStarts).add(timing.elapsed());
        if (timing.event != null) {
            String outcome = failure == null ? "started" : cancelled ? "cancelled" : "failed";
            FlightRecorderEvents.end(timing.event, service, outcome, failure);
        }
    }

    /**
     * Records the end of a stop.
     *
     * @param cause the failure that required the stop; null if it was requested
     */
    public void stopped(Timing timing, String service, boolean clean, int leakedTasks, @Nullable Throwable cause) {
        (clean ? stops : uncleanStops).add(timing.elapsed());
        if (timing.event != null) {
            FlightRecorderEvents.endStop(timing.event, service, clean ? "clean" : "unclean", cause, leakedTasks);
        }
    }

    /** Records the end of an attempt to restart a service after a failure. */
    public void restarted(Timing timing, String service, boolean running, Throwable cause) {
        (running ? restarts : failedRestarts).add(timing.elapsed());
        if (timing.event != null) {
            FlightRecorderEvents.end(timing.event, service, running ? "restarted" : "failed", cause);
        }
    }

    /** Records an exception that escaped a task. */
    public void taskFailed(String service, String task, Duration age, Throwable cause) {
        taskFailures.incrementAndGet();
        if (isInUse()) {
            FlightRecorderEvents.taskFailed(service, task, age, cause);
        }
    }

    /** Records the end of a reload. */
    public void reloaded(Timing timing, String root, ReloadResult result) {
        boolean applied = result.outcome() == ReloadResult.Outcome.APPLIED;
        (applied ? reloads : rejectedReloads).add(timing.elapsed());
        if (timing.event != null) {
            FlightRecorderEvents.endReload(timing.event, root, applied ? "applied" : "rejected", result);
        }
    }
}
