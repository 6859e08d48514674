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

/** Messages about the life cycle of a tree: ready, stopped, failed, reloaded. */
public final class LifecycleMessages {
    private static final String LINE = System.lineSeparator();

    private final ExceptionPrinter exceptionPrinter;

    public LifecycleMessages(ExceptionPrinter exceptionPrinter) {
        this.exceptionPrinter = exceptionPrinter;
    }

    /** Returns, for example, {@code number-server is READY after 123 ms (pid 4711)}, and a suffix. */
    public static String readiness(Status status, Duration after, String suffix) {
        String times = " after " + after.toMillis() + " ms (pid "
                + ProcessHandle.current().pid() + ")";
        return status.ready()
                ? status.path() + " is READY" + times + suffix
                : status.path() + " has started" + times + " and is " + status.state() + suffix + LINE
                        + indented(status.notReady());
    }

    public String stopped(Status status, Duration after) {
        return status.path() + " has stopped after " + after.toMillis() + " ms";
    }

    /** Returns the shutdown report of a stop with errors: the errors, and the running tasks with their stack traces. */
    public String unclean(StopException e) {
        return exceptionPrinter.render(e);
    }

    /** Returns why the start failed, and the errors of the stop that followed. */
    public String notStarted(StartException e) {
        return exceptionPrinter.render(e);
    }

    /** Returns the exit code for a failed start. */
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
                return ExitCode.CONFIGURATION; // a service rejected a combination of settings
            }
        }
        return ExitCode.SOFTWARE;
    }

    public String failed(Status status) {
        return status.path() + " has failed"
                + status.failure()
                        .map(failure -> ": " + exceptionPrinter.render(failure))
                        .orElse(": " + status.reason());
    }

    public String uncaught(Thread thread, Throwable error) {
        return "Uncaught exception in thread " + thread.getName() + "; stopping. " + exceptionPrinter.render(error);
    }

    /** Returns the report before a halt: the running tasks with their stack traces. */
    public String halted(List<TaskInfo> tasks) {
        String running = tasks.stream()
                .map(task -> task.fullName() + " still runs after " + task.age().toMillis() + " ms"
                        + Arrays.stream(task.thread().getStackTrace())
                                .map(frame -> LINE + "    at " + frame)
                                .collect(joining()))
                .collect(joining(LINE));
        return "Halted before the stop was complete; "
                + (tasks.isEmpty() ? "no task was running." : "running tasks:" + LINE + running);
    }

    /** Returns the result of a reload: the changes, or every error. */
    public String reload(ReloadResult reloadResult) {
        return "reload: " + reloadResult;
    }

    private static String indented(List<String> lines) {
        return lines.stream().map(line -> "    " + line).collect(joining(LINE));
    }
}
