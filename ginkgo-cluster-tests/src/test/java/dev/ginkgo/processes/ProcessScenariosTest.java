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
 * The scenarios with processes on hosts of their own: the same three for all of them, as their start takes longest. What is
 * lost one way only is so for a short time, and three times as much time is given as is promised, as a machine may be busy.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProcessScenariosTest extends ClusterScenarios {
    /** As long as it has to be survived. */
    static final Duration PARTITION = Duration.ofSeconds(15);

    private static final Duration SHORT = Duration.ofSeconds(5);

    private Path folder = Path.of("");

    /** Before the folder is removed. */
    @RegisterExtension
    final TestExecutionExceptionHandler keeper = (test, failure) -> {
        failure.addSuppressed(new AssertionError("what they said is kept in "
                + TestArtifacts.save(folder, test.getRequiredTestMethod().getName() + System.nanoTime())));
        throw failure;
    };

    private @Nullable ProcessScenarioCluster scene;

    @BeforeAll
    void start(@TempDir Path empty) throws Exception {
        folder = empty;
        scene = new ProcessScenarioCluster(folder, next(), together());
    }

    @AfterAll
    void end() {
        if (scene != null) {
            scene.close();
        }
    }

    /** What a freeze or a partition should cost, three times. */
    Duration next() {
        return Duration.ofSeconds(12);
    }

    /** What healing should take, three times. */
    Duration together() {
        return Duration.ofSeconds(15);
    }

    @Override
    protected ScenarioCluster scenarioCluster() {
        return requireNonNull(scene);
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
