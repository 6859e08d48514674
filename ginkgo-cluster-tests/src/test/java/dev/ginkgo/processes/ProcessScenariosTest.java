package dev.ginkgo.processes;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.testing.cluster.ClusterScenarios;
import dev.ginkgo.testing.cluster.ScenarioCluster;
import dev.ginkgo.testing.cluster.ScenarioCluster.Fault;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.jupiter.api.io.TempDir;

/**
 * The scenarios with processes on separate hosts. All scenarios share the same three processes, because starting them
 * takes longest. One-way partitions are short, and the time limits are three times the guaranteed times, because the
 * machine may be busy.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProcessScenariosTest extends ClusterScenarios {
    /** The partition length that a cluster must survive. */
    static final Duration PARTITION = Duration.ofSeconds(15);

    private static final Duration SHORT = Duration.ofSeconds(5);

    private Path folder = Path.of("");

    /** Saves the output of the processes before the folder is removed. */
    @RegisterExtension
    final TestExecutionExceptionHandler artifactSaver = (test, failure) -> {
        failure.addSuppressed(new AssertionError("the output of the processes was saved in "
                + TestArtifacts.save(folder, test.getRequiredTestMethod().getName() + System.nanoTime())));
        throw failure;
    };

    private @Nullable ProcessScenarioCluster cluster;

    @BeforeAll
    void start(@TempDir Path empty) throws Exception {
        folder = empty;
        cluster = new ProcessScenarioCluster(folder, maxTakeover(), maxConvergence());
    }

    @AfterAll
    void end() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** Returns three times the guaranteed time until another node leads after a freeze or a partition. */
    Duration maxTakeover() {
        return Duration.ofSeconds(12);
    }

    /** Returns three times the guaranteed time until the cluster has converged after healing. */
    Duration maxConvergence() {
        return Duration.ofSeconds(15);
    }

    @Override
    protected ScenarioCluster scenarioCluster() {
        return requireNonNull(cluster);
    }

    @Override
    protected boolean requiresCompleteDelivery() {
        return false;
    }

    @Override
    protected Duration cutOffDuration(Fault fault) {
        return fault == Fault.CUT_OFF ? PARTITION : SHORT;
    }
}
