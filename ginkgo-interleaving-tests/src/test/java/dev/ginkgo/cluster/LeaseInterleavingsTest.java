package dev.ginkgo.cluster;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.interleaving.Scenario;
import dev.ginkgo.interleaving.StandingTime;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Leases in every interleaving of renewal, expiry and use. */
@Tag("long")
class LeaseInterleavingsTest {
    private static final LeaseTiming TIMING = new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(200));
    private static final Epoch SEVEN = new Epoch("test", 7);
    private static final Epoch EIGHT = new Epoch("test", 8);

    /** Clock that one thread of a scenario advances. */
    private static final class SteppedTime implements TimeSource {
        private volatile long millis;

        @Override
        public Instant now() {
            return Instant.EPOCH.plusMillis(millis);
        }

        @Override
        public long nanos() {
            return millis * 1_000_000;
        }

        @Override
        public void park(long deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void unpark(Thread thread) {
            throw new UnsupportedOperationException();
        }
    }

    /** A lease that is renewed, and expires if that comes too late, while another thread uses it. */
    private static final class Expiry extends Scenario {
        private final SteppedTime time = new SteppedTime();
        private final Lease lease = new Lease(SEVEN, DualTimestamp.now(time), TIMING, time);

        @Override
        protected Scenario newInstance() {
            return new Expiry();
        }

        @Override
        protected int actions() {
            return 3;
        }

        @Override
        protected void first() {
            time.millis = 600;
            time.millis = 1_100;
        }

        @Override
        protected void second() {
            DualTimestamp start = DualTimestamp.now(time);
            boolean renewed = lease.renew(start);
            require(renewed || !lease.valid(), "a renewal failed, and the lease is valid");
        }

        @Override
        protected void third() {
            boolean first = lease.valid();
            boolean second = lease.valid();
            require(first || !second, "an expired lease is valid again");
        }

        @Override
        protected void verify() {
            boolean valid = lease.valid();
            require(valid == lease.valid(), "the lease changed without a reason");
            require(valid != lease.remaining().isZero(), "valid " + valid + ", remaining " + lease.remaining());
        }
    }

    /** A lease that is ended while it is renewed. */
    private static final class End extends Scenario {
        private final SteppedTime time = new SteppedTime();
        private final Lease lease = new Lease(SEVEN, DualTimestamp.now(time), TIMING, time);

        @Override
        protected Scenario newInstance() {
            return new End();
        }

        @Override
        protected void first() {
            lease.renew(DualTimestamp.now(time));
        }

        @Override
        protected void second() {
            lease.end();
            require(!lease.valid(), "a lease is valid after its end");
        }

        @Override
        protected void verify() {
            require(!lease.valid(), "a renewal has revived a lease that was ended");
        }
    }

    /** A leadership that is granted while another node takes over, and a thread that waits for it. */
    private static final class TakeOver extends Scenario {
        private final StandingTime time = new StandingTime();
        private final Leadership leadership = new Leadership(Runnable::run);
        private @Nullable Lease awaited;

        TakeOver() {
            leadership.start(TIMING, time);
        }

        @Override
        protected Scenario newInstance() {
            return new TakeOver();
        }

        @Override
        protected int actions() {
            return 3;
        }

        @Override
        protected void first() throws InterruptedException {
            awaited = leadership.await();
        }

        @Override
        protected void second() {
            leadership.renewed(EIGHT, DualTimestamp.now(time));
        }

        @Override
        protected void third() {
            leadership.renewed(SEVEN, DualTimestamp.now(time));
            leadership.observeEpoch(EIGHT);
            require(
                    leadership.lease().map(Lease::epoch).filter(SEVEN::equals).isEmpty(),
                    "a lease is valid although a later epoch was observed");
        }

        @Override
        protected void verify() {
            Lease lease = requireNonNull(awaited);
            Epoch held = leadership.lease().map(Lease::epoch).orElse(null);
            require(EIGHT.equals(held), "the lease held is " + held);
            require(lease.valid() == lease.epoch().equals(EIGHT), "the lease of epoch 7 is still valid");
        }
    }

    @Test
    @DisplayName("T-19 a lease that has expired stays expired in every interleaving of its use with a late renewal")
    void expiredLeaseStaysExpired() {
        Scenario.check(500, new Expiry());
    }

    @Test
    @DisplayName("T-19 a renewal at the same moment does not revive a lease that is ended")
    void endedLeaseStaysEnded() {
        Scenario.check(500, new End());
    }

    @Test
    @DisplayName("T-19 a thread that waits for the leadership gets it, and no lease of an older epoch stays valid")
    void waiterGetsTheLease() {
        Scenario.check(500, new TakeOver());
    }
}
