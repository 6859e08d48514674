package dev.ginkgo.lifecycle;

import dev.ginkgo.config.ReloadResult;
import java.time.Duration;

/**
 * Listener for what happens in a tree while it runs, for metrics, alarms and audit logs. It is passed to {@code
 * Ginkgo.Builder.listener}. Override the methods of interest.
 *
 * <p>All methods of one listener are called one at a time, in the order of the events, on a thread of its own and without
 * a lock: a listener that blocks delays neither services nor other listeners. What it throws is logged. A listener may
 * read the tree and control it, but must not wait for a reload.
 */
public interface TreeListener {

    /** A service has changed its state. */
    default void stateChanged(StateChange change) {}

    /**
     * A task has failed, outside of a stop: an exception has escaped it, or it has returned although it is {@link
     * TaskType#PERMANENT}. Called after the change of state that it has caused, if any.
     *
     * @param path path of the service
     * @param task name of the task
     */
    default void taskFailed(String path, String task, Throwable failure) {}

    /**
     * A failed service, or one that is to be restarted on request, will be restarted.
     *
     * @param path path of the service that failed; its supervision may restart siblings too
     * @param pause time until the restart
     */
    default void restartScheduled(String path, Duration pause, Throwable cause) {}

    /**
     * A service that failed has been restarted successfully.
     *
     * @param path path of the service that failed
     * @param restarts how often supervision has tried to restart the service, including this time
     */
    default void restarted(String path, int restarts) {}

    /** A reload has been applied or rejected. */
    default void reloaded(ReloadResult result) {}
}
