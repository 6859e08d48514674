package dev.ginkgo.testing.cluster;

import org.junit.jupiter.api.AfterEach;

/** Runs the scenarios under the test's clock. */
class SimulatedScenariosTest extends ClusterScenarios {
    private final SimulatedScenarioCluster cluster = new SimulatedScenarioCluster();

    @Override
    protected ScenarioCluster scenarioCluster() {
        return cluster;
    }

    @AfterEach
    void end() {
        cluster.close();
    }
}
