package dev.ginkgo.testing.cluster;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hubs on one to five nodes with random faults; each run is drawn from a seed, which a failure message contains. */
class RandomHubFaultsTest {

    @Test
    @DisplayName("H-16 K-05 K-20 under random faults each subscriber receives messages once, in the order of each"
            + " publisher, and never an older epoch after a newer one; missing messages of running nodes are"
            + " reported as a gap")
    void reportsEveryLoss() {
        RandomFaultSchedule.seeds(80).forEach(seed -> RandomHubRun.run(seed, ""));
    }

    @Test
    @DisplayName("H-16 the same with a short retention")
    void reportsEveryLoss_withShortHistories() {
        RandomFaultSchedule.seeds(160)
                .forEach(seed -> RandomHubRun.run(-seed, "hub.history.count = 5\nhub.history.grace = '0s'"));
    }
}
