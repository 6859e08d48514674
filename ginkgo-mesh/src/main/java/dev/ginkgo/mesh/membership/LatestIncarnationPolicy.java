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
 * View policy that admits only the latest incarnation of each node name; older ones are asked to leave. So of two Raft
 * nodes with the same identity only one votes at a time.
 */
final class LatestIncarnationPolicy implements MembershipChangePolicy {
    private final MembershipChangePolicy delegate = new GMS.DefaultMembershipPolicy();
    private final BiConsumer<Address, Address> onReplaced;

    /**
     * @param onReplaced receives each replaced node and its replacement; called on a JGroups thread, must not block
     */
    LatestIncarnationPolicy(BiConsumer<Address, Address> onReplaced) {
        this.onReplaced = onReplaced;
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
        List<Address> kept = new ArrayList<>(members);
        kept.retainAll(byName.values());
        for (Address each : members) {
            Address latest = byName.get(NodeAddress.name(each));
            if (latest != null && !latest.equals(each)) {
                onReplaced.accept(each, latest);
            }
        }
        return kept;
    }
}
