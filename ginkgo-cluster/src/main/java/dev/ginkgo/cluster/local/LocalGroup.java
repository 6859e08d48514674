package dev.ginkgo.cluster.local;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.Cluster;
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
 * Nodes in one process that form a cluster by the {@code local} engine: for a program that is its own cluster, and
 * for tests of what several nodes do, each a {@link Cluster} that was given the same group. The node that has been in
 * it for longest leads. Epochs count from 1, and each leadership is one higher, for the life of the group; as nothing
 * is kept on disk, the cluster that they belong to is another in each process, so that they never compare.
 *
 * <p>May be used from any thread, also by several trees.
 */
public final class LocalGroup {
    private static final Logger LOG = LoggerFactory.getLogger(LocalGroup.class);

    private final WaitQueue elections = new WaitQueue();

    // guarded by this
    private final Map<String, LocalMember> membersByName = new LinkedHashMap<>();
    private @Nullable LocalMember leader;
    private @Nullable Epoch epoch;
    private long nextIncarnation;

    /** A group that nobody has joined yet. */
    public LocalGroup() {}

    /** One node's place in the group. */
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

    /** Grows, also over the starts of the process unless its clock is set back. */
    synchronized long nextIncarnation(Instant now) {
        nextIncarnation = Math.max(nextIncarnation + 1, now.toEpochMilli());
        return nextIncarnation;
    }

    synchronized LocalMember join(Member member, CoordinatorListener coordinatorListener, TimeSource timeSource) {
        LocalMember older = membersByName.get(member.name());
        if (older != null) {
            if (older.member.incarnation() >= member.incarnation()) {
                throw new IllegalStateException("a newer node " + member.name() + " is in the cluster already"
                        + " (incarnation " + older.member.incarnation() + ", this one is " + member.incarnation()
                        + "); give this one an identity of its own");
            }
            LOG.warn("a new node {} takes the place of the one before; is its identity given twice?", member.name());
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

    /** Leaves, if it is in; another that has taken its place stays. */
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

    /** Who is in it has changed. */
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

    /** Renews the leader's lease; if it has run out, the leadership is over, and the next begins. */
    synchronized void renew(LocalMember localMember) {
        if (localMember == leader
                && !localMember.listener.leaseRenewed(
                        requireNonNull(epoch), DualTimestamp.now(localMember.timeSource))) {
            elect(membersByName.values().iterator().next());
        }
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
