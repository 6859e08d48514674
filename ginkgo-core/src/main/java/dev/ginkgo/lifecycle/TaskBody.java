package dev.ginkgo.lifecycle;

/** Code of a task. An exception that escapes it fails the service that spawned the task. */
@FunctionalInterface
public interface TaskBody {
    /** Runs the task. An interrupt is the request to end. */
    void run() throws Exception;
}
