package dev.ginkgo.mesh.membership;

import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.mesh.node.SharedSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decision about the nodes in a view that do not have the same protocol version and {@link SharedSettings}. The largest
 * group of nodes that agree stays; of groups of the same size, the one whose first node is first in the view. The nodes
 * of all other groups leave. All nodes of a view decide alike, because they have the same view.
 *
 * @param rejection why this node must leave; empty if it stays
 * @param rejected for each node that must leave, in which way it differs from this one; empty if this one must leave
 */
record PeerCompatibility(Optional<String> rejection, List<String> rejected) {

    /**
     * Node in the view.
     *
     * @param name name of the node
     * @param version version of its announcements
     * @param settings its settings; empty if its version is not supported
     */
    record Peer(String name, int version, Optional<SharedSettings> settings) {

        static Peer of(NodeAnnouncement announcement) {
            return new Peer(
                    announcement.member().name(), NodeAnnouncement.VERSION, Optional.of(announcement.sharedSettings()));
        }

        private boolean agreesWith(Peer other) {
            return version == other.version && settings.equals(other.settings);
        }

        /** Returns in which way another node differs from this one. */
        private String difference(Peer other) {
            return version == other.version
                    ? settings.orElseThrow().differences(other.settings.orElseThrow())
                    : "its protocol version is " + other.version + ", the version here is " + version;
        }
    }

    /**
     * Decides which nodes stay.
     *
     * @param self this node
     * @param view all nodes of the view in its order, including this one
     */
    static PeerCompatibility of(Peer self, List<Peer> view) {
        Map<Peer, Integer> sizes = new LinkedHashMap<>(); // by the first node of each group
        for (Peer each : view) {
            Peer first = view.stream().filter(each::agreesWith).findFirst().orElseThrow();
            sizes.merge(first, 1, Integer::sum);
        }
        Peer staying = self;
        int largest = 0;
        for (Map.Entry<Peer, Integer> group : sizes.entrySet()) {
            if (group.getValue() > largest) {
                largest = group.getValue();
                staying = group.getKey();
            }
        }
        if (!staying.agreesWith(self)) {
            return new PeerCompatibility(
                    Optional.of("rejected by " + staying.name + ": " + self.difference(staying) + "; "
                            + (staying.version == self.version
                                    ? "set the same value on all nodes and restart"
                                    : "install the same version on all nodes and restart")),
                    List.of());
        }
        List<String> rejected = new ArrayList<>();
        for (Peer each : view) {
            if (!each.agreesWith(self)) {
                rejected.add(each.name + ": " + self.difference(each));
            }
        }
        return new PeerCompatibility(Optional.empty(), rejected);
    }
}
