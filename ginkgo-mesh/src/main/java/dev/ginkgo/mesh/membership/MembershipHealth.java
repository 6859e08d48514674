package dev.ginkgo.mesh.membership;

import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.mesh.raft.MeshRaft;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jgroups.View;

/** Reasons why this node is degraded, as text for {@code status}. */
final class MembershipHealth {
    private MembershipHealth() {}

    /** Returns why this node is degraded; empty if there is a leader, or the policy needs none. */
    static Optional<String> problem(
            NodeConfig nodeConfig, MeshSession meshSession, View view, List<NodeAnnouncement> announcements) {
        MeshRaft raft = meshSession.raft();
        if (raft == null) {
            return Optional.empty();
        }
        if (raft.leader() != null
                && view.containsMember(raft.leader())
                && !meshSession.cluster().isEmpty()) {
            return Optional.empty();
        }
        List<String> present = announcements.stream()
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .toList();
        return Optional.of(
                raft.members().isEmpty()
                        ? clusterNotFormed(nodeConfig, present)
                        : noLeader(meshSession, raft, view, present));
    }

    private static String clusterNotFormed(NodeConfig nodeConfig, List<String> present) {
        String absent = join(nodeConfig.join().stream()
                .map(Address::toString)
                .filter(each -> !present.contains(each))
                .toList());
        if (!absent.isEmpty()) {
            return "waiting for " + absent + "; start it, or check cluster.join and the cluster's secret";
        }
        int missing = nodeConfig.expectedNodes() - present.size();
        return missing > 0
                ? "waiting for " + missing + " more of the " + nodeConfig.expectedNodes()
                        + " nodes that form the cluster; start them, or lower cluster.expect"
                : "waiting for the cluster to form";
    }

    private static String noLeader(MeshSession meshSession, MeshRaft raft, View view, List<String> present) {
        List<String> voters = raft.members();
        if (raft.hasMajority(view)) {
            return "waiting for the election of a leader";
        }
        String absent =
                join(voters.stream().filter(each -> !present.contains(each)).toList());
        return "waiting for " + absent + ": " + raft.presentVoters(view) + " of " + voters.size()
                + " voters present, a majority is required (voters as recorded in " + meshSession.dataDirectory()
                + "); start them, or stop all nodes and delete that directory on each to form a new cluster";
    }

    private static String join(List<String> names) {
        return names.stream().sorted().collect(Collectors.joining(", "));
    }
}
