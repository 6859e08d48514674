package dev.ginkgo.processes;

import dev.ginkgo.testing.cluster.ScenarioCluster.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The same scenarios with faults of the full guaranteed duration, and with the guaranteed times as limits. */
@Tag("long")
class LongProcessScenariosTest extends ProcessScenariosTest {
    @Override
    Duration maxTakeover() {
        return Duration.ofSeconds(4);
    }

    @Override
    Duration maxConvergence() {
        return Duration.ofSeconds(5);
    }

    @Override
    protected boolean requiresCompleteDelivery() {
        return true;
    }

    @Override
    protected Duration cutOffDuration(Fault fault) {
        return PARTITION;
    }
}
