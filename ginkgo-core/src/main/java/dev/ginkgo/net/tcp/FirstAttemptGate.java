package dev.ginkgo.net.tcp;

/**
 * Runs an action unless the first attempt has finished before, and never afterwards. The monitor is held while the
 * action runs, so the action must not block.
 */
final class FirstAttemptGate {
    private boolean finished;

    /** Marks the first attempt as finished. */
    synchronized void finish() {
        finished = true;
    }

    /** Runs the action unless the first attempt has finished. */
    synchronized void runUnlessFinished(Runnable action) {
        if (!finished) {
            action.run();
        }
    }
}
