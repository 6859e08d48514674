package dev.ginkgo.internal.monitoring;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.StackTrace;

/** Fields that all events of a tree have. The stack trace of an event would only show the engine. */
@Category("Ginkgo")
@StackTrace(false)
abstract class LifecycleEvent extends jdk.jfr.Event {
    @Label("Service")
    @Description("Path of the service in its tree")
    String service = "";

    @Label("Outcome")
    String outcome = "";

    @Label("Cause")
    @Description("The exception, in one line; empty if there is none")
    String cause = "";
}
