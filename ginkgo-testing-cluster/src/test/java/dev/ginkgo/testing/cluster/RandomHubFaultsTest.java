package dev.ginkgo.testing.cluster;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Hubs on one to five nodes, and random faults; each run is drawn from a seed, which a failure tells. */
class RandomHubFaultsTest {

    @Test
    @DisplayName("H-16 K-05 K-20 over random faults each reader gets what is published, each once, each publisher's in"
            + " order, no older epoch after a newer one; what it misses of who still lives, it is told")
    void reportsEveryLoss() {
        RandomFaultSchedule.seeds(80).forEach(seed -> RandomHubRun.run(seed, ""));
    }

    @Test
    @DisplayName("H-16 the same where histories are short")
    void reportsEveryLoss_withShortHistories() {
        RandomFaultSchedule.seeds(160)
                .forEach(seed -> RandomHubRun.run(-seed, "hub.history.count = 5\nhub.history.grace = '0s'"));
    }
}
