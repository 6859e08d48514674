package dev.ginkgo.processes;

import dev.ginkgo.testing.cluster.ScenarioCluster.Fault;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/** The same with all faults as long as those that are promised something for, and no more time than is promised. */
@Tag("long")
class LongProcessScenariosTest extends ProcessScenariosTest {
    @Override
    Duration next() {
        return Duration.ofSeconds(4);
    }

    @Override
    Duration together() {
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
