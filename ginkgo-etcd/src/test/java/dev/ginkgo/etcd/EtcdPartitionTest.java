package dev.ginkgo.etcd;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.PartitionContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** The engine gives the guarantees about partitions: each node reaches a real server of etcd through a proxy. */
class EtcdPartitionTest extends PartitionContract {
    @TempDir
    static Path folder;

    private static EtcdServer server;
    private final List<CuttableProxy> proxies = new ArrayList<>();
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

    @AfterEach
    void closeProxies() throws IOException {
        for (CuttableProxy proxy : proxies) {
            proxy.close();
        }
    }

    @Override
    protected Coordinator coordinator() throws IOException {
        CuttableProxy proxy = new CuttableProxy(server.endpoint());
        proxies.add(proxy);
        return new EtcdCoordinator(List.of(proxy.endpoint()), prefix);
    }

    @Override
    protected LeaseTiming leaseTiming() {
        return new LeaseTiming(Duration.ofSeconds(2), Duration.ofMillis(100));
    }

    @Override
    protected void cutOff(int node) {
        proxies.get(node).cut();
    }

    @Override
    protected void reconnect(int node) {
        proxies.get(node).restore();
    }
}
