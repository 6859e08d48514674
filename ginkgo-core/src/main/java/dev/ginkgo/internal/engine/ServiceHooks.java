package dev.ginkgo.internal.engine;

import org.slf4j.Logger;

/** What the engine needs of a service: the methods that it calls, and the service's name and log. */
public interface ServiceHooks {

    void onStart() throws Exception;

    void onStop() throws Exception;

    void onReload() throws Exception;

    /** The service itself, for searches by class. */
    Object service();

    /** The log of the service's class. */
    Logger log();
}
