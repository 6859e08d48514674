package dev.ginkgo.run.service;

import static java.util.stream.Collectors.joining;

import dev.ginkgo.config.ConfigException;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.StartException;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.lifecycle.StopException;
import dev.ginkgo.lifecycle.TaskInfo;
import dev.ginkgo.run.os.OsException;
import dev.ginkgo.run.output.ExceptionPrinter;
import dev.ginkgo.run.output.ExitCode;
import java.net.BindException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;

/** What the foreground says of a tree, as text. */
public final class LifecycleMessages {
    private static final String LINE = System.lineSeparator();

    private final ExceptionPrinter exceptionPrinter;

    LifecycleMessages(ExceptionPrinter exceptionPrinter) {
        this.exceptionPrinter = exceptionPrinter;
    }

    /** {@code number-server is READY after 123 ms (pid 4711)}, and what is added to that. */
    static String readiness(Status status, Duration after, String added) {
        String times = " after " + after.toMillis() + " ms (pid "
                + ProcessHandle.current().pid() + ")";
        return status.ready()
                ? status.path() + " is READY" + times + added
                : status.path() + " is up" + times + ", but not all of it is ready" + added + LINE
                        + indented(status.notReady());
    }

    String stopped(Status status, Duration after) {
        return status.path() + " has stopped after " + after.toMillis() + " ms";
    }

    /** A stop that was not clean: the errors, and the tasks that are left, with their stacks. */
    String unclean(StopException e) {
        return exceptionPrinter.render(e);
    }

    /** Why it did not start, and what went wrong when it was stopped again. */
    String notStarted(StartException e) {
        return exceptionPrinter.render(e);
    }

    /** The exit code of a start that failed. */
    public static ExitCode exitCode(StartException e) {
        if (e.getCause() instanceof TimeoutException) {
            return ExitCode.TIMEOUT;
        }
        Set<Throwable> seen = new HashSet<>();
        for (Throwable t = e; t != null && seen.add(t); t = t.getCause()) {
            if (t instanceof BindException) {
                return ExitCode.UNAVAILABLE;
            }
            if (t instanceof OsException os) {
                return ProcessEnvironment.exitCode(os);
            }
            if (t instanceof ConfigException) {
                return ExitCode.CONFIGURATION; // settings that a service itself refused, together with others
            }
        }
        return ExitCode.SOFTWARE;
    }

    String failed(Status status) {
        return status.path() + " has failed"
                + status.failure()
                        .map(failure -> ": " + exceptionPrinter.render(failure))
                        .orElse(": " + status.reason());
    }

    String uncaught(Thread thread, Throwable error) {
        return "Thread " + thread.getName() + " died of an error that nobody caught; stopping. "
                + exceptionPrinter.render(error);
    }

    /** What runs at the moment, with stacks: the last words before a halt. */
    String halted(List<TaskInfo> tasks) {
        String running = tasks.stream()
                .map(task -> task.fullName() + " still runs after " + task.age().toMillis() + " ms"
                        + Arrays.stream(task.thread().getStackTrace())
                                .map(frame -> LINE + "    at " + frame)
                                .collect(joining()))
                .collect(joining(LINE));
        return "Halted before the stop was done; "
                + (tasks.isEmpty() ? "no task was running." : "still running:" + LINE + running);
    }

    /** The result of a reload: what changed, or everything that is wrong. */
    String reload(ReloadResult reloadResult) {
        return "reload: " + reloadResult;
    }

    private static String indented(List<String> lines) {
        return lines.stream().map(line -> "    " + line).collect(joining(LINE));
    }
}
