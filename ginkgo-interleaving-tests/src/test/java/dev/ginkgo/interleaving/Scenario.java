package dev.ginkgo.interleaving;

import org.jetbrains.lincheck.Lincheck;
import org.jetbrains.lincheck.LincheckSettings;
import org.jspecify.annotations.Nullable;

/**
 * Two or three actions that run at the same time, and a check of their result. The model checker of Lincheck runs a
 * scenario in many interleavings of its threads, one after another, and reports an exception, a failed check or a
 * deadlock with the interleaving that leads to it.
 *
 * <p>Lincheck sees the accesses to fields of named classes only: an object that two threads reach through the captured
 * variables of lambdas counts as local. State that threads share is therefore in fields of the scenario.
 */
public abstract class Scenario {
    /** Loops of the JDK with up to 50 rounds, such as that over the table of a map, are not taken for a spin lock. */
    private static final LincheckSettings SETTINGS = new LincheckSettings(false, 50, 200, 50);

    /** Creates a scenario of the same kind. Its class must contain the {@code new}: Lincheck sees it there. */
    protected abstract Scenario newInstance();

    protected abstract void first() throws Exception;

    protected abstract void second() throws Exception;

    /** The third action; overridden together with {@link #actions()}. */
    protected void third() throws Exception {}

    /** Returns the number of actions. */
    protected int actions() {
        return 2;
    }

    /** Checks the result. Called when all actions have ended. */
    protected void verify() throws Exception {}

    /**
     * Checks a scenario.
     *
     * @param interleavings how many interleavings are examined
     * @param scenario creates the scenarios that are run, one for each interleaving
     */
    public static void check(int interleavings, Scenario scenario) {
        Lincheck.runConcurrentTestInternal$lincheck(interleavings, SETTINGS, new Run(scenario));
    }

    /** Fails the scenario unless a condition is true. */
    protected static void require(boolean condition, String message) {
        if (!condition) {
            throw new AssertionError(message);
        }
    }

    /**
     * Thread whose action Lincheck sees. It does not see the {@code Runnable} that is passed to the constructor of {@code
     * Thread}, which is in an object of the JDK, and would take everything that only the action refers to for local.
     */
    public static final class VisibleThread extends Thread {
        private final Runnable action;

        public VisibleThread(Runnable action) {
            this.action = action;
        }

        @Override
        public void run() {
            action.run();
        }
    }

    private static final class Run implements Runnable {
        private final Scenario prototype;

        Run(Scenario prototype) {
            this.prototype = prototype;
        }

        @Override
        public void run() {
            Scenario scenario = prototype.newInstance();
            Action[] actions = new Action[scenario.actions()];
            Thread[] threads = new Thread[actions.length]; // Lincheck intercepts calls of methods of Thread itself
            for (int i = 0; i < actions.length; i++) {
                actions[i] = new Action(scenario, i);
                threads[i] = actions[i];
            }
            for (Thread thread : threads) {
                thread.start();
            }
            try {
                for (int i = 0; i < actions.length; i++) {
                    threads[i].join();
                    if (actions[i].thrown != null) {
                        throw new AssertionError("action " + (i + 1) + " failed", actions[i].thrown);
                    }
                }
                scenario.verify();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }

    private static final class Action extends Thread {
        private final Scenario scenario;
        private final int number;
        private @Nullable Throwable thrown;

        Action(Scenario scenario, int number) {
            this.scenario = scenario;
            this.number = number;
        }

        @Override
        public void run() {
            try {
                switch (number) {
                    case 0 -> scenario.first();
                    case 1 -> scenario.second();
                    default -> scenario.third();
                }
            } catch (Throwable t) { // also an AssertionError
                thrown = t;
            }
        }
    }
}
