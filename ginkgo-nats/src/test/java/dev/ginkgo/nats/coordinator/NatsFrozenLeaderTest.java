package dev.ginkgo.nats.coordinator;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.spi.FrozenLeaderContract;
import dev.ginkgo.nats.testing.NatsServers;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The leader's process is frozen, with a real server of NATS. */
class NatsFrozenLeaderTest extends FrozenLeaderContract {
    private @Nullable NatsServers servers;

    @Override
    protected String startServer(Path directory) throws IOException {
        servers = NatsServers.start(directory, 1);
        return """
                [cluster.coordinator]
                engine = "nats"
                nats.%s""".formatted(servers.setting());
    }

    @Override
    protected void killServer() {
        requireNonNull(servers).close();
    }
}
