package dev.ginkgo.run.output;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.TaskInfo;
import java.util.ArrayList;
import java.util.List;

/** Problems of a program that the state of no service shows, each in one line that says what to do. */
public final class ProcessProblems {
    private static final int MAX_NAMES = 5;

    private ProcessProblems() {}

    /** Returns the current problems of a tree: a rejected reload, and tasks that prevent others from running. */
    public static List<String> of(Ginkgo tree) {
        List<String> problems = new ArrayList<>();
        tree.lastReload()
                .filter(reload -> reload.outcome() == ReloadResult.Outcome.REFUSED)
                .ifPresent(reload -> problems.add(rejectedReload(reload)));
        List<String> busy =
                tree.busyTasks().stream().map(TaskInfo::fullName).distinct().toList();
        if (!busy.isEmpty()) {
            problems.add("no virtual thread can run: every carrier thread is occupied by "
                    + busy.stream().limit(MAX_NAMES).collect(joining(", "))
                    + (busy.size() > MAX_NAMES ? " and " + (busy.size() - MAX_NAMES) + " more" : "")
                    + "; see their stack traces with \"ginkgo threads\", and call sleep(Duration.ZERO) in their loops");
        }
        return problems;
    }

    private static String rejectedReload(ReloadResult reload) {
        int count = reload.problems().size();
        return "the last reload was rejected, the previous settings are in effect: "
                + (count == 0
                        ? reload.toString().lines().findFirst().orElse("")
                        : reload.problems().getFirst())
                + (count > 1 ? " (and " + (count - 1) + " more; see the log)" : "");
    }
}
