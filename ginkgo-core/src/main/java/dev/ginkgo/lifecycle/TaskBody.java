package dev.ginkgo;

/** What a task does. It may throw anything; what escapes it fails the service that spawned it. */
@FunctionalInterface
public interface Body {
    void run() throws Exception;
}
