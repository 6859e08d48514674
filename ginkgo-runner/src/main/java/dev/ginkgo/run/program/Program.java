package dev.ginkgo.run;

import dev.ginkgo.Service;

/** What a target turned out to be. */
sealed interface Program {

    /** A service to start. */
    record OfService(Class<? extends Service> type) implements Program {}

    /** A class with a main method, which starts what it wants by itself. */
    record OfMain(Class<?> type, MainMethod main) implements Program {}
}
