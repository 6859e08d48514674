package dev.ginkgo.nats.broker;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerContract;
import dev.ginkgo.nats.testing.NatsServers;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** NATS without JetStream fulfils the contract of brokers. */
class CoreContractTest extends BrokerContract {
    @TempDir
    private static @Nullable Path folder;

    private static @Nullable NatsServers started;

    private final String prefix = "c" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeAll
    static void startServer() throws IOException {
        started = NatsServers.start(requireNonNull(folder), 1);
    }

    @AfterAll
    static void stopServer() {
        requireNonNull(started).close();
    }

    @Override
    protected String settings() {
        return "storage = \"none\"\nprefix = \"" + prefix + "\"";
    }

    @Override
    protected boolean hasOwnStreams() {
        return true;
    }

    @Override
    protected Broker broker() {
        return new NatsBroker(requireNonNull(started).addresses());
    }

    @Override
    protected void interrupt() {
        requireNonNull(started).kill(0);
    }

    @Override
    protected void restore() throws IOException {
        requireNonNull(started).restart(0);
    }
}
