package dev.ginkgo.nats.coordinator;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.cluster.spi.Coordinator;
import dev.ginkgo.cluster.spi.PartitionContract;
import dev.ginkgo.nats.testing.NatsServers;
import dev.ginkgo.nats.testing.TcpRelay;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The engine gives the guarantees about partitions: each node reaches the server through a relay. */
class NatsPartitionTest extends PartitionContract {
    @TempDir
    private static @Nullable Path folder;

    private static @Nullable NatsServers servers;

    private final String bucket = UUID.randomUUID().toString();
    private final List<TcpRelay> relays = new ArrayList<>();

    @BeforeAll
    static void startServer() throws IOException {
        servers = NatsServers.start(requireNonNull(folder), 1);
    }

    @AfterAll
    static void stopServer() {
        requireNonNull(servers).close();
    }

    @AfterEach
    void closeRelays() {
        relays.forEach(TcpRelay::close);
    }

    @Override
    protected Coordinator coordinator() throws IOException {
        TcpRelay relay = new TcpRelay(requireNonNull(servers).addresses().getFirst());
        relays.add(relay);
        return new NatsCoordinator(List.of(relay.address()), bucket);
    }

    @Override
    protected void cutOff(int node) {
        relays.get(node).cut(true);
    }

    @Override
    protected void reconnect(int node) {
        relays.get(node).cut(false);
    }
}
