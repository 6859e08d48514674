package dev.ginkgo.etcd;

import dev.ginkgo.cluster.spi.FrozenLeaderContract;
import java.io.IOException;
import java.nio.file.Path;

/** The leader's process is frozen, with a real server of etcd. */
class EtcdFrozenLeaderTest extends FrozenLeaderContract {
    private EtcdServer server;

    @Override
    protected String startServer(Path directory) throws IOException {
        server = EtcdServer.start(directory);
        return """
                lease.ttl = "2s"
                [cluster.coordinator]
                engine = "etcd"
                etcd.endpoints = ["%s"]""".formatted(server.endpoint());
    }

    @Override
    protected void killServer() throws InterruptedException {
        server.kill();
    }
}
