package dev.ginkgo.run.service;

import dev.ginkgo.lifecycle.Status;
import java.time.Duration;

/** Output of a running service: a terminal, or the log and the launcher that waits for the start. */
interface Reporter {
    /** Reports an event, such as a reload or a regular stop. */
    void info(String text);

    /** Reports that the root has started; it may be degraded. */
    void ready(Status status, Duration after);

    /** Reports why the start failed. */
    void startFailed(String why);

    /** Reports why the service exits, or the shutdown report of an unclean stop. */
    void error(String text);
}
