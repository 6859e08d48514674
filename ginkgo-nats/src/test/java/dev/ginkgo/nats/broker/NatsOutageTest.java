package dev.ginkgo.nats.broker;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.hub.spi.BrokerException.Reason;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.nats.testing.NatsServers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker while its servers are killed, frozen and started again. */
class NatsOutageTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    private @Nullable Path folder;

    private interface Step {
        void run() throws Exception;
    }

    @Test
    @DisplayName("N-22: when the server is killed and started again, reading continues after the last position: no"
            + " acknowledged message is lost, none is received twice")
    void serverIsRestarted() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1)) {
            check(servers, "", 3_000, () -> {
                servers.kill(0);
                servers.restart(0);
            });
        }
    }

    @Test
    @Tag("long")
    @DisplayName("N-22: when one of three servers is killed, streams with three replicas continue without it")
    void oneOfThreeServersIsKilled() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 3)) {
            for (int i = 0; i < 3; i++) {
                int server = i;
                check(
                        servers,
                        "replicas = 3\nprefix = \"p" + i + "\"\ntimeout = \"5s\"",
                        10_000,
                        () -> servers.kill(server));
                servers.restart(server);
            }
        }
    }

    @Test
    @DisplayName(
            "N-22: while the server is frozen, messages are not confirmed, and the connection is lost with a reason")
    void serverIsFrozen() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                BrokerClient client =
                        new BrokerClient("a", servers, "timeout = \"300ms\"").read(new ReadStart.After(0))) {
            client.append("/a", "before").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            servers.pause(0);

            assertThat(client.append("/a", "during"))
                    .failsWithin(TIMEOUT)
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfSatisfying(
                            BrokerException.class,
                            e -> assertThat(e.reason()).isEqualTo(BrokerException.Reason.UNKNOWN_OUTCOME));
            await().atMost(TIMEOUT).until(() -> !client.connection.isEmpty());
            servers.resume(0);

            await().atMost(TIMEOUT).until(() -> client.connection.getLast().isEmpty());
            assertThat(client.connection.getFirst().orElseThrow())
                    .contains("NATS at " + servers.addresses().getFirst());
            client.append("/a", "after").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            await().atMost(TIMEOUT).until(() -> client.texts().contains("after"));
            assertThat(client.texts()).startsWith("before");
            assertThat(client.lost).isEmpty();
            assertThat(client.faults).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "N-32: if only the servers are lost that have the consumers, not the one of the connection, the connection is"
                    + " reported as lost, and reading continues after the last position when they are back")
    void serversOfConsumersAreKilled() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 3);
                BrokerClient client = new BrokerClient("a", servers.only(0), "replicas = 3\nstreams = 8")
                        .read(new ReadStart.After(0))) {
            client.append("/a", "before").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            await().atMost(TIMEOUT).until(() -> client.texts().contains("before"));

            servers.kill(1);
            servers.kill(2);

            await().atMost(TIMEOUT).until(() -> !client.connection.isEmpty());
            assertThat(client.connection.getFirst().orElseThrow()).contains("NATS at 127.");
            servers.restart(1);
            servers.restart(2);

            await().atMost(TIMEOUT).until(() -> appends(client, "after"));
            await().atMost(TIMEOUT).until(() -> client.texts().contains("after"));
            assertThat(client.texts()).startsWith("before");
            assertThat(client.lost).isEmpty();
            assertThat(client.faults).isEmpty();
        }
    }

    private static boolean appends(BrokerClient client, String text) throws InterruptedException {
        try {
            client.append("/a", text).get();
            return true;
        } catch (ExecutionException _) {
            return false;
        }
    }

    @Test
    @DisplayName("N-23: streams in memory that are lost with the server are created again, as others")
    void streamIsCreatedAgain() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                BrokerClient client = new BrokerClient("a", servers, "storage = \"memory\"\nstreams = 1")
                        .read(new ReadStart.After(0))) {
            BrokerPosition first = client.append("/a", "first").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            await().atMost(TIMEOUT).until(() -> client.texts().contains("first"));

            servers.kill(0);
            servers.restart(0);

            await().atMost(TIMEOUT).until(() -> client.opened.size() == 1);
            await().atMost(TIMEOUT).until(() -> client.connection.getLast().isEmpty());
            BrokerPosition second = client.append("/a", "second").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            assertThat(second.stream().incarnation())
                    .isGreaterThan(first.stream().incarnation());
            assertThat(second.sequence()).isEqualTo(1);
            await().atMost(TIMEOUT).until(() -> client.texts().equals(List.of("first", "second")));
            assertThat(client.faults).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "N-23: a stream that has lost acknowledged messages, as after a power failure, continues as another one, also"
                    + " for a hub that has not read them")
    void acknowledgedMessagesAreLost() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1)) {
            new BrokerClient("creates the stream", servers, "streams = 1").close();
            servers.kill(0);
            servers.saveFiles(0);
            servers.restart(0);
            try (BrokerClient a = new BrokerClient("a", servers, "streams = 1").read(new ReadStart.After(0))) {
                for (int i = 0; i < 3; i++) {
                    a.append("/a", "lost " + i).get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
                }
                await().atMost(TIMEOUT).until(() -> a.received.size() == 3);

                servers.kill(0);
                servers.restoreFiles(0);
                servers.restart(0);

                try (BrokerClient b = new BrokerClient("b", servers, "streams = 1").read(new ReadStart.After(0))) {
                    await().atMost(TIMEOUT).until(() -> a.opened.size() == 1);
                    await().atMost(TIMEOUT).until(() -> a.connection.getLast().isEmpty());
                    BrokerPosition next = a.append("/a", "next").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
                    assertThat(next.stream()).isEqualTo(a.opened.getFirst().stream());
                    await().atMost(TIMEOUT).until(() -> a.texts().contains("next"));
                    await().atMost(TIMEOUT)
                            .until(() -> b.received.stream()
                                    .anyMatch(each -> each.position().equals(next)));
                    assertThat(a.faults).isEmpty();
                    assertThat(b.faults).isEmpty();
                }
            }
        }
    }

    @Test
    @DisplayName("N-24: without JetStream, messages that were missed during an outage are reported as lost")
    void missedWithoutJetStream() throws Exception {
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 2);
                BrokerClient a =
                        new BrokerClient("a", servers.only(0), "storage = \"none\"").read(new ReadStart.After(0));
                BrokerClient b =
                        new BrokerClient("b", servers.only(1), "storage = \"none\"").read(new ReadStart.After(0))) {
            a.append("/a", "0").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            await().atMost(TIMEOUT)
                    .until(
                            () -> { // once the servers know of each other's subscriptions
                                a.append("/a", "start").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
                                return b.texts().contains("start");
                            });
            a.append("/a", "last").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            await().atMost(TIMEOUT)
                    .until(() -> b.texts().contains("last")); // nothing is on its way when the server ends
            servers.kill(1);
            await().atMost(TIMEOUT).until(() -> !b.connection.isEmpty());
            for (int i = 0; i < 5; i++) {
                a.append("/a", "missed").get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
            }

            servers.restart(1);

            await().atMost(TIMEOUT).until(() -> b.connection.getLast().isEmpty());
            await().atMost(TIMEOUT).until(() -> b.lostCount() == 5); // by the heartbeat of a
            assertThat(b.texts()).doesNotContain("missed");
            assertThat(b.faults).isEmpty();
        }
    }

    /** Appends messages while it disturbs the servers, and checks that every acknowledged message is read once. */
    private static void check(NatsServers servers, String settings, int messages, Step disturb) throws Exception {
        try (BrokerClient writer = new BrokerClient("w", servers, settings);
                BrokerClient reader = new BrokerClient("r", servers, settings).read(new ReadStart.After(0))) {
            Set<String> acknowledged = new HashSet<>();
            List<Reason> failures = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                if (i == messages / 2) {
                    await().atMost(TIMEOUT).until(() -> !reader.received.isEmpty());
                    disturb.run();
                }
                append(writer, "/c/" + i % 7, "m" + i, acknowledged, failures);
            }

            await().atMost(TIMEOUT).until(() -> new HashSet<>(reader.texts()).containsAll(acknowledged));
            assertThat(acknowledged).hasSizeGreaterThan(messages - 500);
            assertThat(reader.texts()).doesNotHaveDuplicates();
            assertThat(reader.lost).isEmpty();
            assertThat(reader.faults).isEmpty();
            assertThat(reader.connection)
                    .allSatisfy(each -> assertThat(each.orElse("NATS")).contains("NATS"));
        }
    }

    /** Appends a message; one that surely was not stored is repeated. */
    private static void append(
            BrokerClient writer, String channel, String text, Set<String> acknowledged, List<Reason> failures)
            throws InterruptedException {
        while (true) {
            CompletableFuture<BrokerPosition> future = writer.append(channel, text);
            try {
                future.get();
                acknowledged.add(text);
                return;
            } catch (ExecutionException e) {
                Reason reason = ((BrokerException) requireNonNull(e.getCause())).reason();
                failures.add(reason);
                if (reason == Reason.UNKNOWN_OUTCOME) {
                    return;
                }
                await().atMost(TIMEOUT).until(() -> writer.broker.stats().connected());
            }
        }
    }
}
