package dev.ginkgo.mesh.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.mesh.membership.PeerCompatibility.Peer;
import dev.ginkgo.mesh.node.SharedSettings;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PeerCompatibilityTest {
    private static final LeaseTiming LEASE = new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));
    private static final Peer A = peer("a", PartitionPolicy.QUORUM, LEASE);
    private static final Peer B = peer("b", PartitionPolicy.QUORUM, LEASE);
    private static final Peer AVAILABLE = peer("c", PartitionPolicy.AVAILABLE, LEASE);

    private static Peer peer(String name, PartitionPolicy policy, LeaseTiming lease) {
        return new Peer(name, 3, Optional.of(new SharedSettings(policy, lease)));
    }

    @Test
    @DisplayName("nodes with the same settings stay")
    void sameSettings_allStay() {
        assertThat(PeerCompatibility.of(A, List.of(A, B)))
                .isEqualTo(new PeerCompatibility(Optional.empty(), List.of()));
    }

    @Test
    @DisplayName("K-23 the node with another policy leaves, also if it is the first in the view; both sides name it")
    void otherPolicy_minorityLeaves() {
        List<Peer> view = List.of(AVAILABLE, A, B);
        assertThat(PeerCompatibility.of(AVAILABLE, view).rejection())
                .hasValue("rejected by a: cluster.policy is quorum there and available here;"
                        + " set the same value on all nodes and restart");
        assertThat(PeerCompatibility.of(B, view))
                .isEqualTo(new PeerCompatibility(
                        Optional.empty(), List.of("c: cluster.policy is available there and quorum here")));
    }

    @Test
    @DisplayName("K-23 the node with another lease leaves")
    void otherLease_minorityLeaves() {
        Peer longer =
                peer("c", PartitionPolicy.QUORUM, new LeaseTiming(Duration.ofMillis(5_000), Duration.ofMillis(200)));
        assertThat(PeerCompatibility.of(A, List.of(A, longer, B)).rejected())
                .containsExactly("c: cluster.lease.ttl is 5000ms there and 1200ms here,"
                        + " cluster.lease.margin is 200ms there and 100ms here");
        assertThat(PeerCompatibility.of(longer, List.of(A, longer, B)).rejection())
                .isPresent();
    }

    @Test
    @DisplayName("K-23 of two groups of the same size, the one with the first node of the view stays")
    void sameSize_firstInViewStays() {
        assertThat(PeerCompatibility.of(A, List.of(A, AVAILABLE)).rejection()).isEmpty();
        assertThat(PeerCompatibility.of(AVAILABLE, List.of(A, AVAILABLE)).rejection())
                .isPresent();
        assertThat(PeerCompatibility.of(A, List.of(AVAILABLE, A)).rejection()).isPresent();
    }

    @Test
    @DisplayName("K-23 the node with another protocol version leaves")
    void otherVersion_minorityLeaves() {
        Peer later = new Peer("c", 4, Optional.empty());
        assertThat(PeerCompatibility.of(A, List.of(later, A, B)).rejected())
                .containsExactly("c: its protocol version is 4, the version here is 3");
        assertThat(PeerCompatibility.of(A, List.of(later, A)).rejection())
                .hasValueSatisfying(reason ->
                        assertThat(reason).contains("protocol version is 4").contains("install the same version"));
    }
}
