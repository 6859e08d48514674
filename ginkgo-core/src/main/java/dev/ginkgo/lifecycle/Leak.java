package dev.ginkgo.lifecycle;

import dev.ginkgo.config.Durations;
import java.time.Duration;
import java.util.List;

/**
 * A task that outlived the stop of its service.
 *
 * @param path the service
 * @param task the task's name
 * @param age how long it has run
 * @param stack where it was when the stop ended
 */
public record Leak(String path, String task, Duration age, List<StackTraceElement> stack) {

    public Leak {
        stack = List.copyOf(stack);
    }

    /** Name, age and stack, as a thread dump shows them. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(path + "#" + task + " still runs after " + Durations.toHumanString(age));
        stack.forEach(frame -> text.append("\n    at ").append(frame));
        return text.toString();
    }
}
