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
 * The state of a coordination service: the members, each with a session that expires, and one lease. Each request is
 * handled in one step, so all changes are totally ordered. Uses the test's clock.
 *
 * <p>Another node is granted the lease one {@linkplain LeaseTiming#takeoverDelay() takeover delay} after the last
 * renewal arrived here. That renewal began earlier, so its holder has stopped by then; see {@link
 * dev.ginkgo.cluster.spi.Coordinator}.
 */
final class LeaseStore {

    private record Session(Member member, long until) {}

    /**
     * A request of one node: keeps its session alive and asks for the lease or its renewal.
     *
     * @param member the node as the others see it
     * @param timing the lease timing
     * @param releasedEpoch an epoch of this node that it has released; 0 if there is none
     * @param campaigns whether the node wants to lead
     */
    record RenewalRequest(Member member, LeaseTiming timing, long releasedEpoch, boolean campaigns) {}

    /**
     * The response to a {@link RenewalRequest}.
     *
     * @param superseded whether there is a newer incarnation of that node, so that this one is permanently out
     * @param grantedEpoch the epoch that the request obtained or renewed; 0 if another node leads
     * @param members all members, in the order in which they joined
     * @param leader the current or most recent leader; no node yet if {@code latestEpoch} is 0
     * @param latestEpoch the most recent epoch
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
        NodeIncarnation requester = incarnation(member);
        sessions.values().removeIf(session -> session.until - now <= 0);
        if (newestIncarnations.merge(member.name(), member.incarnation(), Math::max) > member.incarnation()) {
            return response(true, 0);
        }
        long until = now + sessionDuration(renewalRequest.timing()).toNanos();
        sessions.put(member.name(), new Session(member, until));
        if (holder != null
                && (heldUntil - now <= 0 || (holder.equals(requester) && epoch == renewalRequest.releasedEpoch()))) {
            holder = null;
        }
        if (holder == null && renewalRequest.campaigns()) {
            holder = requester;
            leader = member.name();
            epoch++;
        }
        if (!requester.equals(holder)) {
            return response(false, 0);
        }
        heldUntil = until;
        return response(false, epoch);
    }

    /** Returns how long a node stays in the roster, and keeps its lease, after its last request. */
    static Duration sessionDuration(LeaseTiming leaseTiming) {
        return leaseTiming.takeoverDelay();
    }

    private RenewalResponse response(boolean newer, long granted) {
        List<Member> members = sessions.values().stream().map(Session::member).toList();
        return new RenewalResponse(newer, granted, members, leader, epoch);
    }

    /** Removes exactly this incarnation of the node, and releases its lease. */
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
