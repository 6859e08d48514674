package dev.ginkgo.nats.broker;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.spi.Broker;
import dev.ginkgo.hub.spi.BrokerHistoryContract;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.nats.testing.NatsServers;
import io.nats.client.Connection;
import io.nats.client.Nats;
import io.nats.client.PurgeOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** JetStream fulfils the contract of brokers with history. */
class JetStreamContractTest extends BrokerHistoryContract {
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
        return "prefix = \"" + prefix + "\"";
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

    @Override
    protected void discard(String channel, BrokerPosition through) throws Exception {
        Connection connection =
                Nats.connect("nats://" + requireNonNull(started).addresses().getFirst());
        try {
            connection
                    .jetStreamManagement()
                    .purgeStream(
                            through.stream().name(),
                            PurgeOptions.builder()
                                    .sequence(through.sequence() + 1)
                                    .build());
        } finally {
            connection.close();
        }
    }
}
