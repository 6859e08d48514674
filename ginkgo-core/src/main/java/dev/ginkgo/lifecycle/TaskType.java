package dev.ginkgo.lifecycle;

/**
 * What the end of a task means for its service; modelled on the restart types of Erlang/OTP. The end of a task that was
 * cancelled, or whose service is stopping, never fails the service. An {@link Error} that escapes any task does.
 */
public enum TaskType {
    /** The service needs the task as long as it runs: the service fails when the task returns or throws. */
    PERMANENT,
    /** The task may complete: the service fails when the task throws. The default. */
    TRANSIENT,
    /** The service does not depend on the task: an exception is logged, and the service keeps running. */
    TEMPORARY
}
