package dev.ginkgo.run.service;

import dev.ginkgo.lifecycle.Status;
import java.time.Duration;

/** To whom the command speaks while a service runs: a terminal, or a log and whoever waits for the start. */
interface Reporter {
    /** Something in passing: a reload, an end in order. */
    void info(String text);

    /** The root is up, be it with something missing. */
    void ready(Status status, Duration after);

    /** Why it did not start. */
    void startFailed(String why);

    /** Why it ends, or what its stop has left behind. */
    void error(String text);
}
