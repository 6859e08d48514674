package dev.ginkgo.etcd;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.CoordinatorContract;
import dev.ginkgo.cluster.spi.LeaseTiming;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Contract test of the engine with a real server of etcd; each test has a prefix of its own. */
class EtcdCoordinatorTest extends CoordinatorContract {
    @TempDir
    static Path folder;

    private static EtcdServer server;
    private String prefix = "";

    @BeforeAll
    static void startServer() throws IOException {
        server = EtcdServer.start(folder);
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.kill();
    }

    @BeforeEach
    void choosePrefix(TestInfo test) {
        prefix = "/" + test.getTestMethod().orElseThrow().getName() + "/";
    }

    @Override
    protected Coordinator coordinator() {
        return new EtcdCoordinator(List.of(server.endpoint()), prefix);
    }

    @Override
    protected LeaseTiming leaseTiming() {
        return new LeaseTiming(Duration.ofSeconds(2), Duration.ofMillis(100));
    }

    @Override
    protected boolean canStepDown() {
        return true;
    }
}
