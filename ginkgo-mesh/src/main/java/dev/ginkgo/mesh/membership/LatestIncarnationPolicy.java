package dev.ginkgo.mesh.membership;

import dev.ginkgo.mesh.node.NodeAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jgroups.Address;
import org.jgroups.protocols.pbcast.GMS;
import org.jgroups.stack.MembershipChangePolicy;

/**
 * Of several nodes with one name only the newest is in the view; the others are told to leave. So of two Raft nodes with one identity only one votes at a time.
 */
final class LatestIncarnationPolicy implements MembershipChangePolicy {
    private final MembershipChangePolicy delegate = new GMS.DefaultMembershipPolicy();
    private final BiConsumer<Address, Address> replaced;

    /**
     * @param replaced told each node that another has replaced, and by which; on a thread of JGroups, must not wait
     */
    LatestIncarnationPolicy(BiConsumer<Address, Address> replaced) {
        this.replaced = replaced;
    }

    @Override
    public List<Address> getNewMembership(
            Collection<Address> current,
            Collection<Address> joiners,
            Collection<Address> leavers,
            Collection<Address> suspects) {
        return keepLatest(delegate.getNewMembership(current, joiners, leavers, suspects));
    }

    @Override
    public List<Address> getNewMembership(Collection<Collection<Address>> subviews) {
        return keepLatest(delegate.getNewMembership(subviews));
    }

    private List<Address> keepLatest(List<Address> members) {
        Map<String, Address> byName = new HashMap<>();
        for (Address each : members) {
            byName.merge(
                    NodeAddress.name(each), each, (one, other) -> NodeAddress.compare(one, other) > 0 ? one : other);
        }
        List<Address> stay = new ArrayList<>(members);
        stay.retainAll(byName.values());
        for (Address each : members) {
            Address newest = byName.get(NodeAddress.name(each));
            if (newest != null && !newest.equals(each)) {
                replaced.accept(each, newest);
            }
        }
        return stay;
    }
}
