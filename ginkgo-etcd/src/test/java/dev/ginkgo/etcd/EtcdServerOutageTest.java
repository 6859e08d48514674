package dev.ginkgo.etcd;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.ServerOutageContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The engine survives an outage of etcd: a real server is killed and started again. */
class EtcdServerOutageTest extends ServerOutageContract {
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
    protected void killServers() throws InterruptedException {
        server.kill();
    }

    @Override
    protected void startServers() throws IOException {
        server.startAgain();
        server.awaitHealthy();
    }
}
