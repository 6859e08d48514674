package dev.ginkgo.lifecycle;

import java.time.Duration;

/**
 * Live task.
 *
 * @param path path of the service that owns the task
 * @param name name of the task within the service
 * @param age how long the task has been running
 * @param thread thread of the task, named {@code path#name}; for inspection only, do not interrupt it
 */
public record TaskInfo(String path, String name, Duration age, Thread thread) {

    /** Returns {@code path#name}: {@code gateway/hub/http#accept}. */
    public String fullName() {
        return path + "#" + name;
    }
}
