package dev.ginkgo.mesh.raft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.spi.JumpingClock;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How long the leader of term 8, incarnation 2 of {@code b}, waits for {@code a}, the leader of term 7. */
class ObservedLeasesTest {
    private static final LeaseTiming TIMING = new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));

    private final JumpingClock clock = new JumpingClock();
    private final ObservedLeases observedLeases = new ObservedLeases(clock);

    private static RaftCommand command(Kind kind, long term, String leader) {
        return new RaftCommand(kind, term, leader, 2);
    }

    private Duration waitOfTerm8() {
        return observedLeases.remainingWait(8, "b", 2, TIMING);
    }

    @Test
    @DisplayName(
            "K-05 the next leader waits lease ttl plus margin from its receipt of the last renewal of an older term")
    void successorWaits_fromLastReceipt() {
        assertThat(waitOfTerm8()).isZero();
        observedLeases.received(command(Kind.RENEW, 7, "a"));
        clock.advance(Duration.ofMillis(300));
        observedLeases.received(command(Kind.RENEW, 7, "a"));
        assertThat(waitOfTerm8()).isEqualTo(Duration.ofMillis(1_300));
        clock.advance(Duration.ofMillis(400));
        assertThat(waitOfTerm8()).isEqualTo(Duration.ofMillis(900));
        clock.advance(Duration.ofMillis(900));
        assertThat(waitOfTerm8()).isZero();
    }

    @Test
    @DisplayName("K-03 a jump of the wall clock, forward or back, does not shorten the wait: the leader's did not jump")
    void wallClockJumps_doNotShortenTheWait() {
        observedLeases.received(command(Kind.RENEW, 7, "a"));
        clock.advance(Duration.ofMillis(300));
        clock.jump(Duration.ofHours(1));
        assertThat(waitOfTerm8()).isEqualTo(Duration.ofSeconds(1));
        clock.jump(Duration.ofHours(-2));
        assertThat(waitOfTerm8()).isEqualTo(Duration.ofSeconds(1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(waitOfTerm8()).isZero();
    }

    @Test
    @DisplayName(
            "K-03 if the holder of a lease has longer lease settings, these determine the wait, also after a restart")
    void longerTakeoverDelayOfHolder_applies() throws IOException {
        observedLeases.received(encodedAndDecoded(new RaftCommand(Kind.RENEW, 7, "a", 2, Duration.ofSeconds(5))));
        assertThat(waitOfTerm8()).isEqualTo(Duration.ofSeconds(5));

        ObservedLeases restored = new ObservedLeases(clock);
        restored.readFrom(new DataInputStream(new ByteArrayInputStream(snapshot())));

        assertThat(restored.remainingWait(8, "b", 2, TIMING)).isEqualTo(Duration.ofSeconds(5));
        observedLeases.received(new RaftCommand(Kind.RENEW, 7, "a", 2, Duration.ofMillis(600)));
        assertThat(waitOfTerm8()).isEqualTo(TIMING.takeoverDelay());
    }

    private static RaftCommand encodedAndDecoded(RaftCommand raftCommand) {
        byte[] bytes = raftCommand.encode();
        return RaftCommand.decode(bytes, 0, bytes.length);
    }

    private byte[] snapshot() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        observedLeases.writeTo(new DataOutputStream(out));
        return out.toByteArray();
    }

    @Test
    @DisplayName("K-16 the next leader does not wait for a released lease, but for an older one that was not released")
    void releasedLease_isNotWaitedFor() {
        observedLeases.received(command(Kind.RENEW, 6, "c"));
        clock.advance(Duration.ofSeconds(1));
        observedLeases.received(command(Kind.RENEW, 7, "a"));
        observedLeases.released(command(Kind.RELEASE, 7, "a"));
        assertThat(waitOfTerm8()).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    @DisplayName(
            "the next leader does not wait for a lease of its own incarnation, but for one of an earlier incarnation")
    void ownLease_isNotWaitedFor_unlessOfEarlierIncarnation() {
        observedLeases.received(command(Kind.RENEW, 7, "b"));
        assertThat(waitOfTerm8()).isZero();
        assertThat(observedLeases.remainingWait(8, "b", 3, TIMING)).isEqualTo(TIMING.takeoverDelay());
    }

    @Test
    @DisplayName("after a restart the next leader waits in full: restored renewals count as received now")
    void restart_restartsTheWait() throws IOException {
        observedLeases.received(command(Kind.RENEW, 6, "c"));
        observedLeases.released(command(Kind.RELEASE, 6, "c"));
        observedLeases.received(command(Kind.RENEW, 7, "a"));
        byte[] snapshot = snapshot();
        clock.advance(Duration.ofMinutes(1));

        ObservedLeases restored = new ObservedLeases(clock);
        restored.readFrom(new DataInputStream(new ByteArrayInputStream(snapshot)));

        assertThat(restored.remainingWait(8, "b", 2, TIMING)).isEqualTo(TIMING.takeoverDelay());
        assertThat(restored.remainingWait(7, "b", 2, TIMING)).isZero();
    }
}
