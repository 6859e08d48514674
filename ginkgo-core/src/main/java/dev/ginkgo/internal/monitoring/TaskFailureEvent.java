package dev.ginkgo.internal.monitoring;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Timespan;

/** Event {@code dev.ginkgo.TaskFailure}. */
@Name("dev.ginkgo.TaskFailure")
@Label("Task Failure")
@Description("Exception that escaped a task of a running service")
final class TaskFailureEvent extends LifecycleEvent {
    @Label("Task")
    String task = "";

    @Label("Age")
    @Description("How long the task had been running")
    @Timespan
    long age;
}
