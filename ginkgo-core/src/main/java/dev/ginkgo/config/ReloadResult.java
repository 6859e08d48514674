package dev.ginkgo.config;

import java.util.List;

/**
 * What came of a reload.
 *
 * @param outcome whether it was applied
 * @param hasFiles whether there is a file that could have changed
 * @param changed each key that has a new value, {@code rate: 60 -> 90}; secrets are masked
 * @param pendingRestart the keys of settings fixed at start whose new values wait for a restart
 * @param problems why it was refused: all of them
 * @param failures what observers and {@code onReload} threw; the new settings hold all the same
 */
public record ReloadResult(
        Outcome outcome,
        boolean hasFiles,
        List<String> changed,
        List<String> pendingRestart,
        List<ConfigProblem> problems,
        List<Failure> failures) {

    /** Whether a reload was applied. */
    public enum Outcome {
        /** All is new. */
        APPLIED,
        /** Nothing has changed. */
        REFUSED
    }

    /** What one service threw. */
    public record Failure(String path, Throwable thrown) {}

    public ReloadResult {
        changed = List.copyOf(changed);
        pendingRestart = List.copyOf(pendingRestart);
        problems = List.copyOf(problems);
        failures = List.copyOf(failures);
    }

    /** What happened, in a line or, where there are problems, several. */
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
