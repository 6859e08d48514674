package dev.ginkgo.internal.monitoring;

import jdk.jfr.Description;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Event {@code dev.ginkgo.Reload}. */
@Name("dev.ginkgo.Reload")
@Label("Reload")
@Description("Reload of the settings of a tree, until every service has been notified")
final class ReloadEvent extends LifecycleEvent {
    @Label("Changed Settings")
    int changed;

    @Label("Settings That Require A Restart")
    int pendingRestart;

    @Label("Problems")
    int problems;

    @Label("Failed Observers")
    int failures;
}
