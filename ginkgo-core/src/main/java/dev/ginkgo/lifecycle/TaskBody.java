package dev.ginkgo.lifecycle;

/** What a task does. It may throw anything; what escapes it fails the service that spawned it. */
@FunctionalInterface
public interface TaskBody {
    void run() throws Exception;
}
