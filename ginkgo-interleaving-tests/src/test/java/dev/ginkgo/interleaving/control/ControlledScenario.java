package dev.ginkgo.interleaving.control;

import java.util.List;

/**
 * Actions that run at the same time, and a check of their result. Created, run and checked on controlled threads, once
 * for each schedule. It must not block in another way than the code under test does.
 */
public interface ControlledScenario {
    /** Action of one thread. */
    interface Action {
        void run() throws Exception;
    }

    /** Returns the actions. Each runs on a thread of its own. */
    List<Action> actions();

    /** Checks the result. Called when all threads have ended. */
    void verify() throws Exception;

    /** Fails the scenario unless a condition is true. */
    static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }
}
