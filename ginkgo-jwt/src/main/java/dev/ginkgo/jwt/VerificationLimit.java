package dev.ginkgo.jwt;

import dev.ginkgo.hub.auth.AuthenticationException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limit of the tokens whose signatures are verified at the same time. A virtual thread that computes keeps a processor until it
 * has finished: without the limit, clients that send tokens without end would keep all of them from the other tasks of the
 * process, such as the renewal of a lease. Further verifications wait for their turn, in the order of their arrival, without a
 * processor. Thread-safe.
 */
final class VerificationLimit {
    /** How long a token waits. It is real time, because what it waits for is computed in real time. */
    static final Duration MAX_WAIT = Duration.ofSeconds(10);

    /** The claim of an authenticator that cannot verify credentials in time; the hub derives the code of the problem from it. */
    private static final String CLAIM = "authenticator";

    private final Semaphore permits;
    private final Duration maxWait;

    VerificationLimit(int permits, Duration maxWait) {
        this.permits = new Semaphore(permits, true);
        this.maxWait = maxWait;
    }

    /** Returns a limit of half of the processors: the others serve what has been verified. */
    static VerificationLimit ofProcessors() {
        return new VerificationLimit(Math.max(1, Runtime.getRuntime().availableProcessors() / 2), MAX_WAIT);
    }

    /** Verifies a signature. */
    @FunctionalInterface
    interface Verification<T> {
        T verify() throws AuthenticationException;
    }

    /**
     * Runs a verification when it is its turn.
     *
     * @throws AuthenticationException of the verification; or temporary, if there are too many others
     */
    <T> T run(Verification<T> verification) throws AuthenticationException, InterruptedException {
        if (!permits.tryAcquire(maxWait.toNanos(), TimeUnit.NANOSECONDS)) {
            throw AuthenticationException.temporary(
                    CLAIM,
                    "the token cannot be verified now, because this hub is verifying too many others; try again later");
        }
        try {
            return verification.verify();
        } finally {
            permits.release();
        }
    }
}
