package dev.ginkgo.lifecycle;

import java.time.Duration;

/**
 * A live task.
 *
 * @param path the service that it belongs to
 * @param name its name within the service
 * @param age how long it has run
 * @param thread its thread, named {@code path#name}; to look at, not to interrupt
 */
public record TaskInfo(String path, String name, Duration age, Thread thread) {

    /** {@code gateway/hub/http#accept}. */
    public String fullName() {
        return path + "#" + name;
    }
}
