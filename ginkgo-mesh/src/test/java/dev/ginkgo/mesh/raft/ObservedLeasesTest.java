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

/** How long the leader of term 8, which is {@code b} in its second start, waits for {@code a}, the leader of term 7. */
class ObservedLeasesTest {
    private static final LeaseTiming TERMS = new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));

    private final JumpingClock clock = new JumpingClock();
    private final ObservedLeases observedLeases = new ObservedLeases(clock);

    private static RaftCommand said(Kind kind, long term, String by) {
        return new RaftCommand(kind, term, by, 2);
    }

    private Duration wait8() {
        return observedLeases.remainingWait(8, "b", 2, TERMS);
    }

    @Test
    @DisplayName("K-05 a successor waits a term and a margin from its own receipt of the last renewal of an older term")
    void waits() {
        assertThat(wait8()).isZero();
        observedLeases.received(said(Kind.RENEW, 7, "a"));
        clock.advance(Duration.ofMillis(300));
        observedLeases.received(said(Kind.RENEW, 7, "a"));
        assertThat(wait8()).isEqualTo(Duration.ofMillis(1_300));
        clock.advance(Duration.ofMillis(400));
        assertThat(wait8()).isEqualTo(Duration.ofMillis(900));
        clock.advance(Duration.ofMillis(900));
        assertThat(wait8()).isZero();
    }

    @Test
    @DisplayName("K-03 a wall clock that is set, forward or back, ends no successor's wait: the leader's did not jump")
    void wallJumps() {
        observedLeases.received(said(Kind.RENEW, 7, "a"));
        clock.advance(Duration.ofMillis(300));
        clock.jump(Duration.ofHours(1));
        assertThat(wait8()).isEqualTo(Duration.ofSeconds(1));
        clock.jump(Duration.ofHours(-2));
        assertThat(wait8()).isEqualTo(Duration.ofSeconds(1));
        clock.advance(Duration.ofSeconds(1));
        assertThat(wait8()).isZero();
    }

    @Test
    @DisplayName("K-03 a lease that lasts longer by its holder's settings is waited for as long, after a restart, too")
    void otherSettings() throws IOException {
        observedLeases.received(sent(new RaftCommand(Kind.RENEW, 7, "a", 2, Duration.ofSeconds(5))));
        assertThat(wait8()).isEqualTo(Duration.ofSeconds(5));

        ObservedLeases read = new ObservedLeases(clock);
        read.readFrom(new DataInputStream(new ByteArrayInputStream(kept())));

        assertThat(read.remainingWait(8, "b", 2, TERMS)).isEqualTo(Duration.ofSeconds(5));
        observedLeases.received(new RaftCommand(Kind.RENEW, 7, "a", 2, Duration.ofMillis(600)));
        assertThat(wait8()).isEqualTo(TERMS.takeoverDelay());
    }

    private static RaftCommand sent(RaftCommand raftCommand) {
        byte[] bytes = raftCommand.encode();
        return RaftCommand.decode(bytes, 0, bytes.length);
    }

    private byte[] kept() throws IOException {
        ByteArrayOutputStream kept = new ByteArrayOutputStream();
        observedLeases.writeTo(new DataOutputStream(kept));
        return kept.toByteArray();
    }

    @Test
    @DisplayName("K-16 it does not wait for a lease that was released, but for an older one that was not")
    void released() {
        observedLeases.received(said(Kind.RENEW, 6, "c"));
        clock.advance(Duration.ofSeconds(1));
        observedLeases.received(said(Kind.RENEW, 7, "a"));
        observedLeases.released(said(Kind.RELEASE, 7, "a"));
        assertThat(wait8()).isEqualTo(Duration.ofMillis(300));
    }

    @Test
    @DisplayName("it does not wait for its own lease, which it has given up, but for that of its own earlier start")
    void own() {
        observedLeases.received(said(Kind.RENEW, 7, "b"));
        assertThat(wait8()).isZero();
        assertThat(observedLeases.remainingWait(8, "b", 3, TERMS)).isEqualTo(TERMS.takeoverDelay());
    }

    @Test
    @DisplayName("after a restart it waits in full: what was kept counts as received now")
    void restarted() throws IOException {
        observedLeases.received(said(Kind.RENEW, 6, "c"));
        observedLeases.released(said(Kind.RELEASE, 6, "c"));
        observedLeases.received(said(Kind.RENEW, 7, "a"));
        byte[] kept = kept();
        clock.advance(Duration.ofMinutes(1));

        ObservedLeases read = new ObservedLeases(clock);
        read.readFrom(new DataInputStream(new ByteArrayInputStream(kept)));

        assertThat(read.remainingWait(8, "b", 2, TERMS)).isEqualTo(TERMS.takeoverDelay());
        assertThat(read.remainingWait(7, "b", 2, TERMS)).isZero();
    }
}
