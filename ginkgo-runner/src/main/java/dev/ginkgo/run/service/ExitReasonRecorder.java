package dev.ginkgo.run.service;

import dev.ginkgo.lifecycle.Status;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Reporter that delegates and records errors as the exit reason for the pidfile. Thread-safe. */
final class ExitReasonRecorder implements Reporter {
    private final Reporter delegate;
    private final List<String> reasons = new ArrayList<>();

    ExitReasonRecorder(Reporter reporter) {
        this.delegate = reporter;
    }

    synchronized String reasons() {
        return String.join("\n", reasons);
    }

    @Override
    public void info(String text) {
        delegate.info(text);
    }

    @Override
    public void ready(Status status, Duration after) {
        delegate.ready(status, after);
    }

    @Override
    public void startFailed(String why) {
        addReason(why);
        delegate.startFailed(why);
    }

    @Override
    public void error(String text) {
        addReason(text);
        delegate.error(text);
    }

    private synchronized void addReason(String text) {
        reasons.add(text);
    }
}
