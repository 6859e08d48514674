package dev.ginkgo.testing.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.cluster.Cluster;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** One to five nodes with random faults; each run is drawn from a seed, which a failure message contains. */
class RandomFaultsTest {
    private static final int FAULTS = 25;

    private static List<String> run(long seed) {
        return RandomFaultSchedule.run(seed, FAULTS, _ -> new Cluster(), "", _ -> {}, _ -> {});
    }

    @Test
    @DisplayName("K-05 K-06 K-07 under random faults no two leases are valid at once, epochs grow, no minority leads,"
            + " and after the repair there is one roster and one leader")
    void keepsLeasesExclusive() {
        RandomFaultSchedule.seeds(20).forEach(RandomFaultsTest::run);
    }

    @Test
    @DisplayName("the same seed gives the same run, to the millisecond")
    void repeatsTheRunOfASeed() {
        for (long seed = 1; seed <= 5; seed++) {
            assertThat(run(seed)).isEqualTo(run(seed)).hasSizeGreaterThan(FAULTS / 2);
        }
    }
}
