package dev.ginkgo.lifecycle;

import dev.ginkgo.config.Durations;
import java.time.Duration;
import java.util.List;

/**
 * Task that was still running when the stop of its service ended.
 *
 * @param path path of the service
 * @param task name of the task
 * @param age how long the task has been running
 * @param stack stack trace of the task at the end of the stop
 */
public record Leak(String path, String task, Duration age, List<StackTraceElement> stack) {

    public Leak {
        stack = List.copyOf(stack);
    }

    /** Returns name, age and stack trace in the form of a thread dump. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(path + "#" + task + " still runs after " + Durations.toHumanString(age));
        stack.forEach(frame -> text.append("\n    at ").append(frame));
        return text.toString();
    }
}
