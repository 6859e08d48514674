package dev.ginkgo.nats.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.nats.testing.NatsServers;
import dev.ginkgo.nats.testing.TcpRelay;
import io.nats.client.Connection;
import io.nats.client.JetStreamManagement;
import io.nats.client.Nats;
import io.nats.client.api.StreamConfiguration;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What other clients and other nodes can do to a hub; with one real server. */
@SuppressWarnings("try") // closing a connection may be interrupted
class NatsBrokerFaultsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration STOP_DEADLINE = Duration.ofSeconds(30);

    @TempDir
    private static @Nullable Path folder;

    private static @Nullable NatsServers started;

    private final String prefix = "f" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeAll
    static void startServer() throws IOException {
        started = NatsServers.start(requireNonNull(folder), 1);
    }

    @AfterAll
    static void stopServer() {
        requireNonNull(started).close();
    }

    private BrokerClient client(String name, String settings) throws Exception {
        return new BrokerClient(name, requireNonNull(started), "prefix = \"" + prefix + "\"\nstreams = 1\n" + settings);
    }

    private static Connection connect() throws Exception {
        return Nats.connect("nats://" + requireNonNull(started).addresses().getFirst());
    }

    private static BrokerPosition position(CompletableFuture<BrokerPosition> future) throws Exception {
        return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    @DisplayName(
            "N-43: a stream that another node has continued as the next incarnation, before this node began to read it,"
                    + " is read")
    void readsTheNextIncarnation() throws Exception {
        try (BrokerClient client = client("a", "");
                Connection other = connect()) {
            // Given
            JetStreamManagement management = other.jetStreamManagement();
            StreamConfiguration existing =
                    management.getStreamInfo(prefix + "-0").getConfiguration();
            long incarnation = client.streams.getFirst().stream().incarnation();
            Map<String, String> metadata = new HashMap<>(requireNonNull(existing.getMetadata()));
            metadata.put("ginkgo-incarnation", Long.toString(incarnation + 1));
            management.updateStream(
                    StreamConfiguration.builder(existing).metadata(metadata).build());

            // When
            client.read(new ReadStart.After(0));

            // Then
            await().atMost(TIMEOUT).until(() -> client.opened.size() == 1);
            assertThat(client.opened.getFirst().stream().incarnation()).isEqualTo(incarnation + 1);
            await().atMost(TIMEOUT).until(() -> client.connection.getLast().isEmpty());
            position(client.append("/a", "text"));
            await().atMost(TIMEOUT).until(() -> client.texts().equals(List.of("text")));
            assertThat(client.faults).isEmpty();
        }
    }

    @Test
    @DisplayName("N-44: a message of another program, with the subject of a marker, is skipped")
    void skipsForeignMarkers() throws Exception {
        try (BrokerClient client = client("a", "").read(new ReadStart.After(0));
                Connection other = connect()) {
            other.jetStream().publish(prefix + ".0.=incarnation", "not a number".getBytes(UTF_8));

            position(client.append("/a", "text"));

            await().atMost(TIMEOUT).until(() -> client.texts().equals(List.of("text")));
            assertThat(client.lostCount()).isEqualTo(1);
            assertThat(client.faults).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "N-45: without JetStream, the messages of a hub that has restarted in the same process are received, and"
                    + " its positions continue")
    void continues_whenTheHubRestarts() throws Exception {
        try (BrokerClient a = client("a", "storage = \"none\"").read(new ReadStart.After(0));
                BrokerClient b = client("b", "storage = \"none\"").read(new ReadStart.After(0))) {
            // Given
            for (int i = 0; i < 3; i++) {
                position(a.append("/a", "before"));
            }
            await().atMost(TIMEOUT).until(() -> b.received.size() == 3);

            // When
            List<BrokerStream> streams = a.reopen();
            BrokerPosition after = position(a.append("/a", "after"));

            // Then
            await().atMost(TIMEOUT).until(() -> b.texts().contains("after"));
            assertThat(b.lost).isEmpty();
            assertThat(streams).containsExactly(new BrokerStream(a.self, 5, 4));
            assertThat(a.lost).containsExactly(new SequenceRange(a.self, 1, 4));
            assertThat(after).isEqualTo(new BrokerPosition(a.self, 5));
            assertThat(a.faults).isEmpty();
            assertThat(b.faults).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "N-49: a hub that stops while it connects again leaves no connection open, and does not wait for the deadline of"
                    + " the stop")
    void leavesNoConnection_whenItStopsWhileItConnects() throws Exception {
        try (TcpRelay relay = new TcpRelay(requireNonNull(started).addresses().getFirst())) {
            // Given a hub whose connection is lost, and whose next one is not answered
            BrokerClient client = new BrokerClient(
                    "a", "servers = ['" + relay.address() + "']", "prefix = \"" + prefix + "\"\nstreams = 1");
            int accepted = relay.accepted();
            relay.cut(true);
            relay.drop();
            await().atMost(TIMEOUT).until(() -> relay.accepted() > accepted);

            // When it stops, and the connection is answered
            Thread stop = Thread.ofVirtual().start(client::close);
            await().atMost(TIMEOUT).until(() -> client.broker.status().state() != State.DEGRADED);
            relay.cut(false);

            // Then
            assertThat(stop.join(STOP_DEADLINE.minusSeconds(2))).isTrue();
            await().atMost(TIMEOUT).until(() -> relay.open() == 0);
        }
    }
}
