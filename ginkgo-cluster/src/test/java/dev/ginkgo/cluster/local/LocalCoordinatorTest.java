package dev.ginkgo.cluster.local;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorContract;

class LocalCoordinatorTest extends CoordinatorContract {
    private final LocalGroup group = new LocalGroup();

    @Override
    protected Coordinator coordinator() {
        return new LocalCoordinator(group);
    }

    @Override
    protected boolean canStepDown() {
        return true;
    }
}
