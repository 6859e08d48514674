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
    private final Map<String, LocalMember> chairs = new LinkedHashMap<>();
    private @Nullable LocalMember leader;
    private @Nullable Epoch epoch;
    private long incarnation;

    /** A group that nobody has joined yet. */
    public LocalGroup() {}

    /** One node's place in the group. */
    static final class LocalMember {
        private final CoordinatorListener seat;
        private final TimeSource time;
        private Member member;

        private LocalMember(Member member, CoordinatorListener seat, TimeSource time) {
            this.member = member;
            this.seat = seat;
            this.time = time;
        }
    }

    /** Grows, also over the starts of the process unless its clock is set back. */
    synchronized long incarnation(Instant now) {
        incarnation = Math.max(incarnation + 1, now.toEpochMilli());
        return incarnation;
    }

    synchronized LocalMember join(Member member, CoordinatorListener seat, TimeSource time) {
        LocalMember older = chairs.get(member.name());
        if (older != null) {
            if (older.member.incarnation() >= member.incarnation()) {
                throw new IllegalStateException("a newer node " + member.name() + " is in the cluster already"
                        + " (incarnation " + older.member.incarnation() + ", this one is " + member.incarnation()
                        + "); give this one an identity of its own");
            }
            LOG.warn("a new node {} takes the place of the one before; is its identity given twice?", member.name());
            remove(older);
        }
        LocalMember chair = new LocalMember(member, seat, time);
        chairs.put(member.name(), chair);
        LocalMember leads = leader;
        if (leads != null) {
            seat.leader(leads.member.name(), requireNonNull(epoch));
        }
        told();
        return chair;
    }

    synchronized void update(LocalMember chair, Member member) {
        chair.member = member;
        told();
    }

    /** Leaves, if it is in; another that has taken its place stays. */
    synchronized void leave(LocalMember chair) {
        if (chairs.get(chair.member.name()) == chair) {
            remove(chair);
            told();
        }
    }

    private void remove(LocalMember chair) {
        chairs.remove(chair.member.name());
        if (chair == leader) {
            chair.seat.ended(requireNonNull(epoch));
            leader = null;
        }
    }

    /** Who is in it has changed. */
    private void told() {
        List<Member> members =
                chairs.values().stream().map(chair -> chair.member).toList();
        chairs.values().forEach(chair -> chair.seat.roster(members));
        if (leader == null && !chairs.isEmpty()) {
            elect(chairs.values().iterator().next());
        }
    }

    private void elect(LocalMember chair) {
        Epoch last = epoch;
        Epoch next = last == null
                ? new Epoch("local-" + chair.time.now().toEpochMilli(), 1)
                : new Epoch(last.cluster(), last.number() + 1);
        epoch = next;
        leader = chair;
        chairs.values().forEach(each -> each.seat.leader(chair.member.name(), next));
        chair.seat.renewed(next, DualTimestamp.of(chair.time));
        elections.signal();
    }

    /** Renews the leader's lease; if it has run out, the leadership is over, and the next begins. */
    synchronized void renew(LocalMember chair) {
        if (chair == leader && !chair.seat.renewed(requireNonNull(epoch), DualTimestamp.of(chair.time))) {
            elect(chairs.values().iterator().next());
        }
    }

    void awaitElection(LocalMember chair) throws InterruptedException {
        elections.await(() -> leads(chair) ? true : null, chair.time, WaitQueue.forever(chair.time));
    }

    private synchronized boolean leads(LocalMember chair) {
        return chair == leader;
    }
}
