package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.hub.spi.NodeIncarnation;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service of coordination keeps: the members, each for as long as it is heard of, and one lease. Each question is
 * answered in one step, so that all that happens to it is in one order. It goes by the test's clock.
 *
 * <p>A lease is given to another a {@linkplain LeaseTiming#takeoverDelay() succession} after its last renewal got here. That
 * renewal began before, so its holder has stopped by then; see {@link dev.ginkgo.cluster.spi.Coordinator}.
 */
final class LeaseStore {

    private record Session(Member member, long until) {}

    /**
     * A node says that it is there, and wants to lead, or to go on with it.
     *
     * @param member the node as the others shall see it
     * @param timing what a lease is worth
     * @param releasedEpoch a leadership of its own that it has given up; 0 if there is none
     */
    record RenewalRequest(Member member, LeaseTiming timing, long releasedEpoch) {}

    /**
     * The answer.
     *
     * @param superseded whether there is a newer node of that name, so that this one is out for good
     * @param grantedEpoch the leadership that was renewed by the question; 0 if another leads
     * @param members all of them, in the order in which they came
     * @param leader who leads, or led last; nobody yet if the epoch is 0
     * @param latestEpoch the last leadership that began
     */
    record RenewalResponse(
            boolean superseded, long grantedEpoch, List<Member> members, String leader, long latestEpoch) {}

    // guarded by this
    private final Map<String, Session> sessions = new LinkedHashMap<>();
    private final Map<String, Long> newestIncarnations = new HashMap<>();
    private @Nullable NodeIncarnation holder;
    private String leader = "";
    private long heldUntil;
    private long epoch;

    synchronized RenewalResponse renew(RenewalRequest renewalRequest, long now) {
        Member member = renewalRequest.member();
        NodeIncarnation asker = incarnation(member);
        sessions.values().removeIf(session -> session.until - now <= 0);
        if (newestIncarnations.merge(member.name(), member.incarnation(), Math::max) > member.incarnation()) {
            return answer(true, 0);
        }
        long until = now + sessionDuration(renewalRequest.timing()).toNanos();
        sessions.put(member.name(), new Session(member, until));
        if (holder != null
                && (heldUntil - now <= 0 || (holder.equals(asker) && epoch == renewalRequest.releasedEpoch()))) {
            holder = null;
        }
        if (holder == null) {
            holder = asker;
            leader = member.name();
            epoch++;
        }
        if (!asker.equals(holder)) {
            return answer(false, 0);
        }
        heldUntil = until;
        return answer(false, epoch);
    }

    /** For how long a node is in the roster, and its lease is nobody else's, after it was last heard of. */
    static Duration sessionDuration(LeaseTiming leaseTiming) {
        return leaseTiming.takeoverDelay();
    }

    private RenewalResponse answer(boolean newer, long granted) {
        List<Member> members = sessions.values().stream().map(Session::member).toList();
        return new RenewalResponse(newer, granted, members, leader, epoch);
    }

    /** That node, and no other of its name, is gone, and what it held is free. */
    synchronized void leave(Member member) {
        NodeIncarnation leaving = incarnation(member);
        if (leaving.equals(holder)) {
            holder = null;
        }
        Session session = sessions.get(member.name());
        if (session != null && incarnation(session.member).equals(leaving)) {
            sessions.remove(member.name());
        }
    }

    private static NodeIncarnation incarnation(Member member) {
        return new NodeIncarnation(member.name(), member.incarnation());
    }
}
