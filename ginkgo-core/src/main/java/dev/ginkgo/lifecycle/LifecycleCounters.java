package dev.ginkgo.lifecycle;

import java.time.Duration;

/**
 * What has happened in a tree since it was started, over all its services. The numbers only grow.
 *
 * @param starts starts after which the service was ready or degraded; each service counts, also after a restart
 * @param failedStarts starts that failed or were cancelled, including the stop of what had been started
 * @param stops clean stops, also those after a failure
 * @param uncleanStops stops in which something was thrown or a task did not end
 * @param restarts restarts after which the service was running again, from the failure on
 * @param failedRestarts attempts to restart a service that ended without a running service
 * @param reloads reloads that were applied
 * @param rejectedReloads reloads that changed nothing
 * @param taskFailures exceptions that escaped a task of a running service
 */
public record LifecycleCounters(
        Total starts,
        Total failedStarts,
        Total stops,
        Total uncleanStops,
        Total restarts,
        Total failedRestarts,
        Total reloads,
        Total rejectedReloads,
        long taskFailures) {

    /**
     * Number of occurrences, and the time that they took together. The time of a service includes that of the services
     * below it.
     *
     * @param count how many there were
     * @param time the sum of their durations, in real time
     */
    public record Total(long count, Duration time) {}
}
