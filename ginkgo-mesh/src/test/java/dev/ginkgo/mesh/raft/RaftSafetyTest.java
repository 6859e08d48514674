package dev.ginkgo.mesh.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.jgroups.Message;
import org.jgroups.ObjectMessage;
import org.jgroups.protocols.raft.AppendEntriesRequest;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Schedules in which jgroups-raft 1.1.4 commits two different entries with one index. */
class RaftSafetyTest {
    @TempDir
    Path folder;

    @Test
    @DisplayName(
            "K-22 a majority that has an entry of an older term does not commit it: the next leader may replace it")
    void entryOfOlderTerm_isNotCommittedByCounting() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            RaftSimulation.Node a = simulation.node("a");
            RaftSimulation.Node c = simulation.node("c");
            // Given entry 1 on all nodes, entry 2 of term 1 only at its leader a, another entry 2 of term 2 only at c
            simulation.connect("a", "b", "c");
            assertThat(simulation.elect("a", 1, "a", "b", "c")).isTrue();
            a.renew();
            simulation.deliver();
            simulation.connect();
            a.renew();
            assertThat(simulation.elect("c", 2, "b", "c")).isTrue();
            c.renew();

            // When a leads again, stores its entry 2 at b, and appends entry 3, which reaches no other node
            assertThat(simulation.elect("a", 3, "a", "b")).isTrue();
            simulation.connect("a", "b");
            a.resend();
            simulation.connect();
            a.renew();
            // and then c leads again, whose log is newer than that of b
            assertThat(simulation.elect("c", 4, "b", "c")).isTrue();
            simulation.connect("b", "c");
            RaftSimulation.Proposal renewal = c.renew();
            simulation.deliver();
            for (int i = 0; i < 4; i++) {
                c.resend();
            }

            // Then c commits its own entries, and a, which had committed none of term 1, replaces its entry 2
            assertThat(renewal.committed()).isTrue();
            simulation.connect("a", "b", "c");
            for (int i = 0; i < 4; i++) {
                c.resend();
            }
            assertThat(a.raft().commitIndex()).isEqualTo(3);
        }
    }

    @Test
    @DisplayName("K-22 committed renewals survive a power loss of the voters that acknowledged them")
    void committedRenewals_surviveAPowerLossOfTheMajority() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            RaftSimulation.Node a = simulation.node("a");
            RaftSimulation.Node b = simulation.node("b");
            // Given five committed renewals on all nodes
            simulation.connect("a", "b", "c");
            assertThat(simulation.elect("a", 1, "a", "b", "c")).isTrue();
            for (int i = 0; i < 5; i++) {
                a.renew();
                simulation.deliver();
            }
            a.resend();

            // When two of three nodes lose power, and one of them is elected by the other
            a.losePower();
            b.losePower();
            assertThat(simulation.elect("b", 2, "a", "b")).isTrue();
            RaftSimulation.Proposal renewal = b.renew();
            simulation.deliver();
            for (int i = 0; i < 4; i++) {
                b.resend();
            }

            // Then it continues after them
            assertThat(renewal.committed()).isTrue();
            assertThat(b.raft().lastAppended()).isEqualTo(6);
            assertThat(simulation.node("c").raft().commitIndex()).isEqualTo(6);
        }
    }

    @Test
    @DisplayName("K-22 a leader changes the voters only after it has committed an entry of its own term: two leaders"
            + " that each add a voter would have majorities without a common voter")
    void votersChange_onlyAfterCommitInTheLeadersTerm() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c", "d"), "e", "f")) {
            RaftSimulation.Node a = simulation.node("a");
            RaftSimulation.Node b = simulation.node("b");
            // Given the leader of term 1 adds e as the fifth voter, which reaches only e
            simulation.connect("a", "b", "c", "d", "e");
            assertThat(simulation.elect("a", 1, "a", "b", "c", "d")).isTrue();
            a.renew();
            simulation.deliver();
            simulation.connect("a", "e");
            a.addVoter("e");
            simulation.deliver();
            assertThat(a.raft().members()).contains("e");

            // When the leader of term 2, which does not know that, adds f as the fifth voter
            assertThat(simulation.elect("b", 2, "b", "c", "d")).isTrue();
            simulation.connect("b", "c", "f");
            RaftSimulation.Proposal change = b.addVoter("f");
            b.renew();
            simulation.deliver();
            for (int i = 0; i < 4; i++) {
                b.resend();
            }
            // and a is elected with e
            assertThat(simulation.elect("a", 3, "a", "d", "e")).isTrue();
            simulation.connect("a", "d", "e");
            RaftSimulation.Proposal renewal = a.renew();
            simulation.deliver();
            for (int i = 0; i < 4; i++) {
                a.resend();
            }

            // Then the second change is rejected, and only a commits
            assertThat(renewal.committed()).isTrue();
            assertThat(change.rejected()).isTrue();
            assertThat(b.raft().commitIndex()).isLessThan(2);
        }
    }

    @Test
    @DisplayName("K-22 a follower commits only entries that it has compared with the leader's")
    void commitIndexWithoutEntries_commitsNoStaleEntry() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            RaftSimulation.Node a = simulation.node("a");
            RaftSimulation.Node b = simulation.node("b");
            RaftSimulation.Node c = simulation.node("c");
            // Given entry 2 of term 1 only at b, and another entry 2, committed by a and c
            simulation.connect("a", "b", "c");
            assertThat(simulation.elect("b", 1, "a", "b", "c")).isTrue();
            b.renew();
            simulation.deliver();
            simulation.connect();
            b.renew();
            assertThat(simulation.elect("c", 2, "a", "c")).isTrue();
            simulation.connect("a", "c");
            c.renew();
            simulation.deliver();
            assertThat(c.raft().commitIndex()).isEqualTo(2);

            // When b receives the commit index, but not the entry
            Message message = new ObjectMessage(b.raft().getAddress(), null)
                    .putHeader(
                            b.raft().getId(), new AppendEntriesRequest(c.raft().getAddress(), 2, 0, 0, 2, 2));
            b.raft().up(message.setSrc(c.raft().getAddress()));
            simulation.deliver();

            // Then it commits the entry after it has received it
            assertThat(b.raft().commitIndex()).isLessThan(2);
            simulation.connect("a", "b", "c");
            for (int i = 0; i < 4; i++) {
                c.resend();
            }
            assertThat(b.raft().commitIndex()).isEqualTo(2);
            assertThat(a.raft().commitIndex()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName("K-30 an entry that was proposed in an earlier term is not appended, although the node leads again")
    void proposalOfEarlierTerm_isRejected() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            RaftSimulation.Node a = simulation.node("a");
            // Given a node that led in term 1 and leads again in term 3
            simulation.connect("a", "b", "c");
            assertThat(simulation.elect("a", 1, "a", "b", "c")).isTrue();
            a.renew();
            simulation.deliver();
            assertThat(simulation.elect("b", 2, "b", "c")).isTrue();
            assertThat(simulation.elect("a", 3, "a", "c")).isTrue();
            a.renew();
            simulation.deliver();
            long last = a.raft().lastAppended();

            // When entries proposed in term 1 are processed
            RaftSimulation.Proposal renewal = a.renewInTerm(1);
            RaftSimulation.Proposal change = a.addVoterInTerm("d", 1);

            // Then they are rejected
            assertThat(renewal.rejected()).isTrue();
            assertThat(change.rejected()).isTrue();
            assertThat(a.raft().lastAppended()).isEqualTo(last);
        }
    }

    @Test
    @DisplayName("K-30 the voters are not changed before the previous change is committed")
    void secondChangeOfVoters_waitsForTheFirst() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"), "d", "e")) {
            RaftSimulation.Node a = simulation.node("a");
            simulation.connect("a", "b", "c", "d", "e");
            assertThat(simulation.elect("a", 1, "a", "b", "c")).isTrue();
            a.renew();
            simulation.deliver();

            // When a second voter is added before the first is committed
            simulation.connect("a");
            RaftSimulation.Proposal first = a.addVoter("d");
            RaftSimulation.Proposal second = a.addVoter("e");

            // Then only the first change is in the log
            assertThat(second.rejected()).isTrue();
            assertThat(a.raft().members()).containsExactlyInAnyOrder("a", "b", "c", "d");
            simulation.connect("a", "b", "c", "d", "e");
            a.resend();
            assertThat(first.committed()).isTrue();
            assertThat(a.raft().mayChangeVoters()).isTrue();
        }
    }

    @Test
    @DisplayName(
            "K-30 a leader that cannot write to its log steps down, sends nothing and does not vote; it follows when"
                    + " its log has been opened again")
    void leaderThatCannotWrite_stepsDown() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"))) {
            RaftSimulation.Node a = simulation.node("a");
            RaftSimulation.Node b = simulation.node("b");
            // Given a leader with one committed entry
            simulation.connect("a", "b", "c");
            assertThat(simulation.elect("a", 1, "a", "b", "c")).isTrue();
            a.renew();
            simulation.deliver();

            // When its disk is full
            a.disk().setFull(true);
            RaftSimulation.Proposal renewal = a.renew();
            simulation.deliver();

            // Then it steps down permanently, although the disk has space again, and the others have not seen the entry
            assertThat(renewal.rejected()).isTrue();
            assertThat(a.raft().isLeader()).isFalse();
            assertThat(a.raft().failure())
                    .hasValueSatisfying(reason -> assertThat(reason)
                            .contains("No space left on device")
                            .contains("free disk space"));
            assertThat(b.raft().lastAppended()).isEqualTo(1);
            a.disk().setFull(false);
            assertThat(simulation.elect("b", 2, "b", "c")).isTrue();
            RaftSimulation.Proposal next = b.renew();
            simulation.deliver();
            assertThat(next.committed()).isTrue();
            assertThat(a.raft().lastAppended()).isEqualTo(1);

            // And it follows the next leader after a restart
            a.losePower();
            for (int i = 0; i < 4; i++) {
                b.resend();
            }
            assertThat(a.raft().failure()).isEmpty();
            assertThat(a.raft().commitIndex()).isEqualTo(2);
        }
    }

    @Test
    @DisplayName(
            "K-30 a node that cannot store the leader's snapshot acknowledges nothing until its log is opened again")
    void snapshotThatCannotBeStored_isNotAcknowledged() throws Exception {
        try (RaftSimulation simulation = new RaftSimulation(folder, List.of("a", "b", "c"), "d")) {
            RaftSimulation.Node a = simulation.node("a");
            RaftSimulation.Node d = simulation.node("d");
            // Given a leader whose log begins with a snapshot, and a new node whose disk is full
            simulation.connect("a", "b", "c");
            assertThat(simulation.elect("a", 1, "a", "b", "c", "d")).isTrue();
            for (int i = 0; i < 3; i++) {
                a.renew();
                simulation.deliver();
            }
            a.raft().snapshotAsync().get();
            d.disk().setFull(true);

            // When the new node receives the snapshot
            simulation.connect("a", "b", "c", "d");
            a.resend();

            // Then it must leave, and receives it again when its log has been opened
            assertThat(d.raft().failure()).contains("cannot store the snapshot that the leader has sent");
            assertThat(d.raft().commitIndex()).isZero();
            d.disk().setFull(false);
            d.losePower();
            for (int i = 0; i < 4; i++) {
                a.resend();
            }
            assertThat(d.raft().failure()).isEmpty();
            assertThat(d.raft().commitIndex()).isEqualTo(3);
        }
    }
}
