package dev.ginkgo.internal.engine;

import org.slf4j.Logger;

/** Hooks, logger and identity of a service, as the engine uses them. Implemented by {@code dev.ginkgo.Service}. */
public interface ServiceHooks {

    void onStart() throws Exception;

    void onStop() throws Exception;

    void onReload() throws Exception;

    /** Returns the service itself, for searches by class. */
    Object service();

    /** Returns the logger of the service's class. */
    Logger log();
}
