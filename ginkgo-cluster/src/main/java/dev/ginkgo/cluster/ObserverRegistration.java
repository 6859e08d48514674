package dev.ginkgo.cluster;

/** An observer's registration. Closing it ends the telling; what is being told at that moment may still come. */
@FunctionalInterface
public interface ObserverRegistration extends AutoCloseable {

    /** Twice is fine. */
    @Override
    void close();
}
