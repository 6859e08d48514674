package dev.ginkgo.run.program;

import dev.ginkgo.Service;

/** What a target turned out to be. */
public sealed interface Program {

    /** A service to start. */
    record ServiceProgram(Class<? extends Service> type) implements Program {}

    /** A class with a main method, which starts what it wants by itself. */
    record MainProgram(Class<?> type, MainMethod main) implements Program {}
}
