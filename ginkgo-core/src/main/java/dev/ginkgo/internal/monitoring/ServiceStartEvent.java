package dev.ginkgo.internal.monitoring;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Event {@code dev.ginkgo.ServiceStart}. */
@Name("dev.ginkgo.ServiceStart")
@Label("Service Start")
@Description("Start of a service with its children, until it is ready or everything has been stopped again")
final class ServiceStartEvent extends LifecycleEvent {}
