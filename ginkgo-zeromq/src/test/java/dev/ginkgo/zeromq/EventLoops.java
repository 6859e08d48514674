package dev.ginkgo.zeromq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.security.KeyDerivation;
import dev.ginkgo.config.Secret;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** What tests of connections with other implementations of ZMTP have in common. */
final class EventLoops {
    private EventLoops() {}

    /** Returns the keys of the cluster; null if connections are not encrypted. */
    static @Nullable CurveKeys keys(boolean encrypted) throws Exception {
        Secret secret = Secret.of("0123456789abcdef0123456789abcdef");
        return encrypted ? CurveKeys.of(KeyDerivation.of(secret, "the test")) : null;
    }

    /** Runs the event loop, and a step after each of its rounds, until a condition is true. */
    static void runUntil(EventSelector selector, Runnable step, BooleanSupplier condition) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (!condition.getAsBoolean()) {
            selector.select(10);
            step.run();
            assertThat(System.nanoTime()).as("time").isLessThan(deadline);
        }
    }
}
