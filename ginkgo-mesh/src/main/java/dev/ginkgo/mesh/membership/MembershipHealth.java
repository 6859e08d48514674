package dev.ginkgo.mesh.membership;

import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.mesh.raft.MeshRaft;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jgroups.View;

/** What keeps this node from doing its work, in words for {@code status}. */
final class MembershipHealth {
    private MembershipHealth() {}

    /** Empty if there is a leader, or none is needed. */
    static Optional<String> of(NodeConfig site, MeshSession stay, View view, List<NodeAnnouncement> rows) {
        MeshRaft raft = stay.raft();
        if (raft == null) {
            return Optional.empty();
        }
        if (raft.leader() != null
                && view.containsMember(raft.leader())
                && !stay.cluster().isEmpty()) {
            return Optional.empty();
        }
        List<String> present = rows.stream().map(row -> row.member().name()).toList();
        return Optional.of(raft.members().isEmpty() ? unfounded(site, present) : leaderless(stay, raft, view, present));
    }

    private static String unfounded(NodeConfig site, List<String> present) {
        String absent = names(site.join().stream()
                .map(Address::toString)
                .filter(each -> !present.contains(each))
                .toList());
        if (!absent.isEmpty()) {
            return "waiting for " + absent;
        }
        int missing = site.expect() - present.size();
        return missing > 0
                ? "waiting for " + missing + " more of the " + site.expect()
                        + " nodes that form the cluster (cluster.expect)"
                : "waiting for the cluster to form";
    }

    private static String leaderless(MeshSession stay, MeshRaft raft, View view, List<String> present) {
        List<String> voters = raft.members();
        if (raft.hasMajority(view)) {
            return "waiting for the election of a leader";
        }
        String absent =
                names(voters.stream().filter(each -> !present.contains(each)).toList());
        return "waiting for " + absent + ": " + raft.present(view) + " of " + voters.size()
                + " voters here, and a majority has to be (" + stay.folder() + " says so)";
    }

    private static String names(List<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }
}
