package dev.ginkgo.cluster.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Tests of the guarantees that every coordination engine gives. Each engine has a subclass that creates nodes of one
 * cluster, a new cluster for each test.
 */
public abstract class CoordinatorContract extends ContractNodes {
    /** Returns whether the engine can hand over the leadership; by default not. */
    protected boolean canStepDown() {
        return false;
    }

    /** Returns false: these tests expect leaderships to last, also on a busy machine. */
    @Override
    final boolean rejectsExpiredRenewals() {
        return false;
    }

    @Test
    @DisplayName("contract: every node learns of every other node, of changes to a member, and of members that leave")
    void everyNodeKnowsEveryOther() throws Exception {
        Node a = join(1);
        awaitNames(a, a);
        Node b = join(2);
        Node c = join(3);
        awaitNames(a, a, b, c);
        awaitNames(c, a, b, c);

        Member changed = b.self.withUrl(URI.create("https://b.example.org/"));
        b.engine.update(changed);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(a.listener.rosters.getLast()).contains(changed));

        b.leave();
        awaitNames(a, a, c);
        awaitNames(c, a, c);
    }

    @Test
    @DisplayName("contract: one node leads, and renews its lease with timestamps taken before the commit")
    void oneNodeLeads() throws Exception {
        Node a = join(1);
        Node b = join(2);
        Node leader = leader(a, b);
        await().atMost(TIMEOUT).until(() -> leader.listener.renewals.size() >= 5);

        List<RecordingListener.Renewal> renewals = List.copyOf(leader.listener.renewals);
        assertThat(renewals).extracting(RecordingListener.Renewal::epoch).containsOnly(epoch(leader));
        assertThat(renewals).extracting(each -> each.start().nanos()).isSorted().doesNotHaveDuplicates();
        assertThat(renewals)
                .allSatisfy(each -> assertThat(each.start().nanos())
                        .isLessThanOrEqualTo(each.committed().nanos()));
        assertThat(a == leader ? b.listener.renewals : a.listener.renewals).isEmpty();
    }

    @Test
    @DisplayName("contract: every node learns the leader and its epoch, including a node that joins later")
    void everyNodeLearnsTheLeader() throws Exception {
        Node a = join(1);
        Node b = join(2);
        awaitSettled(2);
        awaitAllKnowLeader(a, b);
        Node late = join(3);
        awaitSettled(3);
        Leader first = awaitAllKnowLeader(a, b, late);
        Node leader = leader(a, b, late);

        leader.leave();

        Leader second = awaitAllKnowLeader(
                Stream.of(a, b, late).filter(node -> node != leader).toArray(Node[]::new));
        assertThat(first.epoch().isBefore(second.epoch())).isTrue();
        assertThat(nodes())
                .allSatisfy(node -> assertThat(node.listener.leaders)
                        .extracting(each -> each.epoch().number())
                        .isSorted()
                        .doesNotHaveDuplicates());
    }

    @Test
    @DisplayName("contract: over twenty elections the epochs grow strictly, and two nodes never lead at once")
    void epochsGrow() throws Exception {
        List<Epoch> epochs = new ArrayList<>();
        Node a = join(1);
        Node b = join(2);
        for (int n = 3; n < 23; n++) {
            Node leader = leader(a, b);
            awaitSettled(2);
            epochs.add(epoch(leader));
            leader.leave();
            assertThat(leader.listener.ended).contains(epoch(leader));
            Node next = join(n);
            a = leader == a ? b : a;
            b = next;
        }
        assertThat(epochs).hasSize(20);
        for (int i = 1; i < epochs.size(); i++) {
            assertThat(epochs.get(i - 1).isBefore(epochs.get(i)))
                    .as("%s before %s", epochs.get(i - 1), epochs.get(i))
                    .isTrue();
        }
    }

    @Test
    @DisplayName(
            "contract: K-60 a leader that steps down hands over to another node, whose epoch is higher, and stays in"
                    + " the cluster; a node that does not lead hands over nothing")
    void leaderHandsOver() throws Exception {
        Node a = join(1);
        Node b = join(2);
        awaitSettled(2);
        awaitNames(a, a, b);
        awaitNames(b, a, b);
        Node leader = leader(a, b);
        Node other = leader == a ? b : a;
        Epoch first = epoch(leader);
        int rosters = other.listener.rosters.size();
        if (!canStepDown()) {
            assertThatThrownBy(leader.engine::stepDown).isInstanceOf(UnsupportedOperationException.class);
            return;
        }
        assertThatThrownBy(other.engine::stepDown).isInstanceOf(IllegalStateException.class);

        leader.engine.stepDown();

        await().atMost(TIMEOUT).until(other.listener::isLeading);
        assertThat(first.isBefore(epoch(other))).isTrue();
        assertThat(leader.listener.ended).contains(first);
        assertThat(other.listener.rosters.subList(rosters, other.listener.rosters.size()))
                .allSatisfy(roster -> assertThat(roster).hasSize(2));
    }

    @Test
    @DisplayName("contract: a leadership whose lease has expired ends; the next one has a higher epoch")
    void leadershipEnds_whenTheLeaseExpired() throws Exception {
        Node a = join(1);
        Epoch first = epoch(leader(a));

        a.listener.rejectRenewals(first);

        await().atMost(TIMEOUT).until(() -> first.isBefore(epoch(a)));
        assertThat(a.listener.renewals.stream().dropWhile(each -> each.epoch().equals(first)))
                .noneMatch(each -> each.epoch().equals(first));
    }

    @Test
    @DisplayName("contract: K-12 of two nodes with one identity the newer stays, and the end of the older does not"
            + " remove it")
    void newerIncarnationReplacesOlder() throws Exception {
        Node older = join(1);
        Node other = join(2);
        Node third = join(3);
        awaitNames(other, older, other, third);
        awaitSettled(3);

        Node newer = join(1);
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(other.listener.rosters.getLast())
                        .extracting(Member::incarnation)
                        .contains(newer.self.incarnation())
                        .doesNotContain(older.self.incarnation()));
        older.leave();

        assertThat(newer.self.incarnation()).isGreaterThan(older.self.incarnation());
        awaitNames(other, newer, other, third);
        awaitNames(newer, newer, other, third);
        leader(newer, other, third);
        assertThat(older.listener.isLeading()).isFalse();
    }
}
