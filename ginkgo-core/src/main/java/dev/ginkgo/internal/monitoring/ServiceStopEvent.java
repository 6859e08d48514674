package dev.ginkgo.internal.monitoring;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Event {@code dev.ginkgo.ServiceStop}. */
@Name("dev.ginkgo.ServiceStop")
@Label("Service Stop")
@Description("Stop of a service with its children; the cause is the failure that required it")
final class ServiceStopEvent extends LifecycleEvent {
    @Label("Leaked Tasks")
    int leakedTasks;
}
