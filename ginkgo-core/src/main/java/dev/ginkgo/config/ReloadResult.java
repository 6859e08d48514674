package dev.ginkgo.config;

import java.util.List;

/**
 * Result of a reload.
 *
 * @param outcome whether the reload was applied
 * @param hasFiles whether the configuration has a file that could have changed
 * @param changed each key whose value changed, as {@code rate: 60 -> 90}; secrets are masked
 * @param pendingRestart keys of settings whose new values take effect at the next restart
 * @param problems all reasons why the reload was rejected
 * @param failures what observers and {@code onReload} threw; the new settings are in effect nevertheless
 */
public record ReloadResult(
        Outcome outcome,
        boolean hasFiles,
        List<String> changed,
        List<String> pendingRestart,
        List<ConfigProblem> problems,
        List<Failure> failures) {

    /** Outcome of a reload. */
    public enum Outcome {
        /** All new values are in effect, except those that wait for a restart. */
        APPLIED,
        /** The reload was rejected; nothing has changed. */
        REFUSED
    }

    /**
     * Exception thrown by one service while it was notified.
     *
     * @param path path of the service
     * @param thrown the exception
     */
    public record Failure(String path, Throwable thrown) {}

    public ReloadResult {
        changed = List.copyOf(changed);
        pendingRestart = List.copyOf(pendingRestart);
        problems = List.copyOf(problems);
        failures = List.copyOf(failures);
    }

    /** Returns the result as text: one line, and one more for each problem, failure and pending restart. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        switch (outcome) {
            case REFUSED -> text.append("nothing was changed");
            case APPLIED -> {
                text.append(changed.isEmpty() ? "no setting changed" : String.join(", ", changed));
                if (!hasFiles) {
                    text.append(" (no file)");
                }
            }
        }
        pendingRestart.forEach(key -> text.append("\n").append(key).append(" waits for a restart"));
        problems.forEach(configProblem -> text.append("\n").append(configProblem));
        failures.forEach(failure -> text.append("\n")
                .append(failure.path)
                .append(": onReload threw ")
                .append(failure.thrown));
        return text.toString();
    }
}
