package dev.ginkgo.cluster;

/** Registration of an observer. Closing it ends the calls; a call already in progress or queued may still be made. */
@FunctionalInterface
public interface ObserverRegistration extends AutoCloseable {

    /** Removes the observer. Idempotent. */
    @Override
    void close();
}
