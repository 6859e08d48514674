package dev.ginkgo.testing.cluster;

import org.junit.jupiter.api.AfterEach;

/** The scenarios under the test's clock. */
class SimulatedScenariosTest extends ClusterScenarios {
    private final SimulatedScenarioCluster scene = new SimulatedScenarioCluster();

    @Override
    protected ScenarioCluster scenarioCluster() {
        return scene;
    }

    @AfterEach
    void end() {
        scene.close();
    }
}
