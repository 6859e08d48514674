package dev.ginkgo.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.JumpingClock;
import dev.ginkgo.cluster.spi.LeaseTiming;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final LeaseTiming TIMING = new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));

    private final JumpingClock clock = new JumpingClock();

    private static Duration millis(long millis) {
        return Duration.ofMillis(millis);
    }

    private Lease lease() {
        return new Lease(new Epoch("test", 7), DualTimestamp.now(clock), TIMING, clock);
    }

    @Test
    @DisplayName("K-13 a lease is valid for ttl minus margin, and remaining() returns the rest of that time")
    void expiresAfterTtlMinusMargin() {
        Lease lease = lease();
        assertThat(lease.epoch().number()).isEqualTo(7);
        assertThat(lease.remaining()).isEqualTo(millis(1_100));

        clock.advance(millis(1_099));
        assertThat(lease.valid()).isTrue();
        assertThat(lease.remaining()).isEqualTo(millis(1));

        clock.advance(millis(1));
        assertThat(lease.valid()).isFalse();
        assertThat(lease.remaining()).isZero();
    }

    @Test
    @DisplayName("K-13 a lease counts from the start of the renewal, however long its commit took")
    void countsFromTheSendingOfTheRenewal() {
        // Given
        Lease lease = lease();
        clock.advance(millis(300));
        DualTimestamp start = DualTimestamp.now(clock);

        // When it is committed half a second later
        clock.advance(millis(500));
        assertThat(lease.renew(start)).isTrue();

        // Then
        assertThat(lease.remaining()).isEqualTo(millis(600));
    }

    @Test
    @DisplayName("K-13 the lease expires while the machine is suspended: the wall clock advanced, the monotonic clock"
            + " did not")
    void expires_whileTheMachineIsSuspended() {
        Lease lease = lease();
        clock.advance(millis(100));
        clock.jump(millis(999));
        assertThat(lease.remaining()).isEqualTo(millis(1));
        clock.jump(millis(1));
        assertThat(lease.valid()).isFalse();
    }

    @Test
    @DisplayName("K-13 setting the wall clock back does not extend a lease")
    void isNotExtended_whenTheWallClockIsSetBack() {
        Lease lease = lease();
        clock.jump(Duration.ofHours(-1));
        clock.advance(millis(1_099));
        assertThat(lease.remaining()).isEqualTo(millis(1));
        clock.advance(millis(1));
        assertThat(lease.valid()).isFalse();
    }

    @Test
    @DisplayName("K-13 an expired lease stays expired: neither a renewal nor setting the clock back makes it valid")
    void neverBecomesValidAgain() {
        Lease lease = lease();
        clock.jump(Duration.ofSeconds(2));
        assertThat(lease.valid()).isFalse();
        clock.jump(Duration.ofSeconds(-2));
        assertThat(lease.valid()).isFalse();
        assertThat(lease.renew(DualTimestamp.now(clock))).isFalse();
        assertThat(lease.valid()).isFalse();
    }

    @Test
    @DisplayName("K-13 a renewal that starts before the lease expires but is committed after it has no effect")
    void isInvalid_whenCommittedTooLate() {
        Lease lease = lease();
        clock.advance(millis(1_000));
        DualTimestamp start = DualTimestamp.now(clock);
        clock.advance(millis(200));
        assertThat(lease.renew(start)).isFalse();
    }

    @Test
    @DisplayName("K-13 a renewal that started so long ago that the lease would be expired fails, and ends the lease")
    void expires_whenARenewalIsOlderThanTheLease() {
        // Given a lease that was renewed later than another renewal started
        Lease lease = lease();
        DualTimestamp old = DualTimestamp.now(clock);
        clock.advance(millis(1_000));
        assertThat(lease.renew(DualTimestamp.now(clock))).isTrue();
        clock.advance(millis(150));

        // When the older renewal is committed
        boolean renewed = lease.renew(old);

        // Then
        assertThat(renewed).isFalse();
        assertThat(lease.valid()).isFalse();
    }

    @Test
    @DisplayName("K-13 an epoch is before higher epochs of its own cluster, and not comparable with those of others")
    void epochsCompareWithinOneCluster() {
        Epoch seven = new Epoch("a", 7);
        assertThat(seven.isBefore(new Epoch("a", 8))).isTrue();
        assertThat(seven.isBefore(new Epoch("a", 7))).isFalse();
        assertThat(seven.isBefore(new Epoch("b", 8))).isFalse();
    }
}
