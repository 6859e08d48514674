package dev.ginkgo.testing.cluster;

import org.junit.jupiter.api.AfterEach;

/** The scenarios under the test's clock. */
class SimulatedScenariosTest extends ClusterScenarios {
    private final SimulatedScene scene = new SimulatedScene();

    @Override
    protected Scene scene() {
        return scene;
    }

    @AfterEach
    void end() {
        scene.close();
    }
}
