package dev.ginkgo.cluster.local;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Nodes in one process that form a cluster with the {@code local} engine: for a program that is a cluster of one, and
 * for tests of several nodes, each a {@link dev.ginkgo.cluster.Cluster} created with the same group. The present member
 * that joined first leads. Epochs start at 1 and increase by one with each leadership, as long as the group exists.
 * Nothing is stored on disk; instead each process has a different cluster name, so that epochs of different processes
 * never compare.
 *
 * <p>Thread-safe; may be used by several service trees.
 */
public final class LocalGroup {
    private static final Logger LOG = LoggerFactory.getLogger(LocalGroup.class);

    private final WaitQueue elections = new WaitQueue();

    // guarded by this
    private final Map<String, LocalMember> membersByName = new LinkedHashMap<>();
    private @Nullable LocalMember leader;
    private @Nullable Epoch epoch;
    private long nextIncarnation;

    /** Creates a group without members. */
    public LocalGroup() {}

    /** A node that has joined the group. */
    static final class LocalMember {
        private final CoordinatorListener listener;
        private final TimeSource timeSource;
        private Member member;

        private LocalMember(Member member, CoordinatorListener coordinatorListener, TimeSource timeSource) {
            this.member = member;
            this.listener = coordinatorListener;
            this.timeSource = timeSource;
        }
    }

    /**
     * Returns a number higher than all before it, also across restarts of the process unless the clock is set back.
     */
    synchronized long nextIncarnation(Instant now) {
        nextIncarnation = Math.max(nextIncarnation + 1, now.toEpochMilli());
        return nextIncarnation;
    }

    synchronized LocalMember join(Member member, CoordinatorListener coordinatorListener, TimeSource timeSource) {
        LocalMember older = membersByName.get(member.name());
        if (older != null) {
            if (older.member.incarnation() >= member.incarnation()) {
                throw new IllegalStateException("a newer node with the identity " + member.name()
                        + " is already in the cluster"
                        + " (incarnation " + older.member.incarnation() + ", this one is " + member.incarnation()
                        + "); give this node a different identity");
            }
            LOG.warn(
                    "a new incarnation of {} replaces the previous one; check that no two nodes have this identity",
                    member.name());
            remove(older);
        }
        LocalMember localMember = new LocalMember(member, coordinatorListener, timeSource);
        membersByName.put(member.name(), localMember);
        LocalMember leads = leader;
        if (leads != null) {
            coordinatorListener.leaderChanged(leads.member.name(), requireNonNull(epoch));
        }
        notifyMembers();
        return localMember;
    }

    synchronized void update(LocalMember localMember, Member member) {
        localMember.member = member;
        notifyMembers();
    }

    /** Removes the member if it is in the group; a newer incarnation that replaced it stays. */
    synchronized void leave(LocalMember localMember) {
        if (membersByName.get(localMember.member.name()) == localMember) {
            remove(localMember);
            notifyMembers();
        }
    }

    private void remove(LocalMember localMember) {
        membersByName.remove(localMember.member.name());
        if (localMember == leader) {
            localMember.listener.leaseEnded(requireNonNull(epoch));
            leader = null;
        }
    }

    /** Reports the changed membership to all members, and elects a leader if there is none. */
    private void notifyMembers() {
        List<Member> members = membersByName.values().stream()
                .map(localMember -> localMember.member)
                .toList();
        membersByName.values().forEach(localMember -> localMember.listener.rosterChanged(members));
        if (leader == null && !membersByName.isEmpty()) {
            elect(membersByName.values().iterator().next());
        }
    }

    private void elect(LocalMember localMember) {
        Epoch last = epoch;
        Epoch next = last == null
                ? new Epoch("local-" + localMember.timeSource.now().toEpochMilli(), 1)
                : new Epoch(last.cluster(), last.number() + 1);
        epoch = next;
        leader = localMember;
        membersByName.values().forEach(each -> each.listener.leaderChanged(localMember.member.name(), next));
        localMember.listener.leaseRenewed(next, DualTimestamp.now(localMember.timeSource));
        elections.signal();
    }

    /** Renews the leader's lease. If it has expired, its leadership ends and the next election follows. */
    synchronized void renew(LocalMember localMember) {
        if (localMember == leader
                && !localMember.listener.leaseRenewed(
                        requireNonNull(epoch), DualTimestamp.now(localMember.timeSource))) {
            elect(membersByName.values().iterator().next());
        }
    }

    /** Ends the leadership of a member in favour of the one that joined first of the others. */
    synchronized void stepDown(LocalMember localMember) {
        String name = localMember.member.name();
        if (localMember != leader) {
            throw new IllegalStateException(
                    "this node, " + name + ", is not the leader; repeat the command at the leader");
        }
        LocalMember next = membersByName.values().stream()
                .filter(each -> each != localMember)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "no other node is present, so that none could take over from " + name + "; start one"));
        localMember.listener.leaseEnded(requireNonNull(epoch));
        elect(next);
    }

    void awaitElection(LocalMember localMember) throws InterruptedException {
        elections.await(
                () -> isLeader(localMember) ? true : null,
                localMember.timeSource,
                WaitQueue.never(localMember.timeSource));
    }

    private synchronized boolean isLeader(LocalMember localMember) {
        return localMember == leader;
    }
}
