package dev.ginkgo.net.tcp;

/**
 * Lets one thread say something unless another has been faster, and never after it. Its monitor is held while that
 * is said, which must not wait.
 */
final class FirstAttemptGate {
    private boolean over;

    synchronized void end() {
        over = true;
    }

    synchronized void unlessOver(Runnable word) {
        if (!over) {
            word.run();
        }
    }
}
