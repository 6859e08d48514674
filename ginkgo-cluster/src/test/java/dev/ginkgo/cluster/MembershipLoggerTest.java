package dev.ginkgo.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.config.Address;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The log lines about membership and leadership. */
class MembershipLoggerTest {
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger log = new LoggerContext().getLogger("membership");
    private final MembershipLogger membershipLogger = new MembershipLogger(log);

    @BeforeEach
    void attachAppender() {
        log.setLevel(Level.INFO);
        log.addAppender(logged);
        logged.start();
        membershipLogger.reset();
    }

    private static Member member(String host, long incarnation) {
        Address identity = new Address(host, 4440);
        return new Member(host, incarnation, identity, Optional.empty(), Optional.empty(), "1");
    }

    private void roster(String... hosts) {
        membershipLogger.rosterChanged(
                Arrays.stream(hosts).map(host -> member(host, 1)).toList());
    }

    private void leads(String host, long epoch) {
        membershipLogger.leaderChanged(Optional.of(new Leader(host, new Epoch("mesh-1", epoch))));
    }

    private List<String> logged() {
        return logged.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
    }

    @Test
    @DisplayName("a node without peers logs nothing about the cluster")
    void logsNothing_whileAlone() {
        roster("a");
        leads("a", 1);
        membershipLogger.leaseChanged(Optional.empty());

        assertThat(logged()).isEmpty();
    }

    @Test
    @DisplayName("K-01 members that join, leave or restart are logged, with the current members")
    void logsJoinLeaveAndRestart() {
        roster("a");
        roster("a", "b", "c");
        roster("a", "c");
        membershipLogger.rosterChanged(List.of(member("a", 1), member("c", 2)));
        roster("a");

        assertThat(logged())
                .containsExactly(
                        "b, c joined; members: a, b, c",
                        "b left; members: a, c",
                        "c restarted; members: a, c",
                        "c left; members: a");
    }

    @Test
    @DisplayName("a change of a member's addresses is not logged")
    void logsNothing_whenOnlyAddressesChange() {
        roster("a", "b");
        logged.list.clear();
        membershipLogger.rosterChanged(List.of(member("a", 1), member("b", 1).withTransport(new Address("b", 2222))));

        assertThat(logged()).isEmpty();
    }

    @Test
    @DisplayName("K-05 the leader is logged with its epoch, when the first peer joins and at each change")
    void logsTheLeader() {
        roster("a");
        leads("a", 1);
        roster("a", "b");
        leads("b", 2);

        assertThat(logged())
                .containsExactly(
                        "b joined; members: a, b",
                        "a is the leader, epoch 1@mesh-1",
                        "b is the leader, epoch 2@mesh-1");
    }

    @Test
    @DisplayName("K-13 the end of this node's leadership is logged once, with the epoch that ended")
    void logsTheEndOfTheOwnLeadership() {
        TimeSource timeSource = TimeSource.system();
        Epoch epoch = new Epoch("mesh-1", 3);
        LeaseTiming leaseTiming = new LeaseTiming(Duration.ofSeconds(1), Duration.ofMillis(100));
        roster("a", "b");
        membershipLogger.leaseChanged(Optional.empty());
        membershipLogger.leaseChanged(
                Optional.of(new Lease(epoch, DualTimestamp.now(timeSource), leaseTiming, timeSource)));
        logged.list.clear();
        membershipLogger.leaseChanged(Optional.empty());
        membershipLogger.leaseChanged(Optional.empty());

        assertThat(logged()).containsExactly("this node is no longer the leader; its epoch 3@mesh-1 has ended");
    }

    @Test
    @DisplayName("after a restart of the cluster the members are logged again")
    void logsMembersAgain_afterARestart() {
        roster("a", "b");
        logged.list.clear();
        membershipLogger.reset();
        roster("a");
        roster("a", "b");

        assertThat(logged()).containsExactly("b joined; members: a, b");
    }
}
