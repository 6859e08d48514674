package dev.ginkgo.nats.coordinator;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.ServerOutageContract;
import dev.ginkgo.nats.testing.NatsServers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The engine survives an outage of the server. */
class NatsServerOutageTest extends ServerOutageContract {
    @TempDir
    private static @Nullable Path folder;

    private static @Nullable NatsServers servers;

    private final String bucket = UUID.randomUUID().toString();

    @BeforeAll
    static void startServer() throws IOException {
        servers = NatsServers.start(requireNonNull(folder), 1);
    }

    @AfterAll
    static void stopServer() {
        requireNonNull(servers).close();
    }

    @Override
    protected Coordinator coordinator() {
        return new NatsCoordinator(requireNonNull(servers).addresses(), bucket);
    }

    @Override
    protected void killServers() {
        requireNonNull(servers).kill(0);
    }

    @Override
    protected void startServers() throws IOException {
        requireNonNull(servers).restart(0);
    }
}
