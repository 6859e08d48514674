package dev.ginkgo.net.tcp;

/**
 * Lets one thread say something unless another has been faster, and never after it. Its monitor is held while that
 * is said, which must not wait.
 */
final class FirstAttemptGate {
    private boolean finished;

    synchronized void finish() {
        finished = true;
    }

    synchronized void runUnlessFinished(Runnable word) {
        if (!finished) {
            word.run();
        }
    }
}
