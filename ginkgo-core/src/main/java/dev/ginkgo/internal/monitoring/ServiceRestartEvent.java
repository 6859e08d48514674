package dev.ginkgo.internal.monitoring;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Event {@code dev.ginkgo.ServiceRestart}. */
@Name("dev.ginkgo.ServiceRestart")
@Label("Service Restart")
@Description("Attempt of the supervision to restart a service, from the failure until the service is ready again")
final class ServiceRestartEvent extends LifecycleEvent {}
