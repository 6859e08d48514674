package dev.ginkgo.run.program;

import dev.ginkgo.Service;

/** Program that a target resolves to. */
public sealed interface Program {

    /** A service to start. */
    record ServiceProgram(Class<? extends Service> type) implements Program {}

    /** A class with a main method, which is run instead of starting a service. */
    record MainProgram(Class<?> type, MainMethod main) implements Program {}
}
