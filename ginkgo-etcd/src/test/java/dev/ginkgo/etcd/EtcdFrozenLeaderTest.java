package dev.ginkgo.etcd;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.spi.FrozenLeaderContract;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The leader's process is frozen, with a real server of etcd. */
class EtcdFrozenLeaderTest extends FrozenLeaderContract {
    private @Nullable EtcdServer server;

    @Override
    protected String startServer(Path directory) throws IOException {
        EtcdServer started = EtcdServer.start(directory);
        server = started;
        return """
                lease.ttl = "2s"
                [cluster.coordinator]
                engine = "etcd"
                etcd.endpoints = ["%s"]""".formatted(started.endpoint());
    }

    @Override
    protected void killServer() throws InterruptedException {
        requireNonNull(server).kill();
    }
}
