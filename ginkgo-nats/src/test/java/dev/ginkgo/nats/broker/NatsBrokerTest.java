package dev.ginkgo.nats.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.nats.testing.NatsServers;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The broker with one real server; each test has streams of its own. */
class NatsBrokerTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    @TempDir
    private static @Nullable Path folder;

    private static @Nullable NatsServers started;

    private final String prefix = "t" + UUID.randomUUID().toString().substring(0, 8);

    @BeforeAll
    static void startServer() throws IOException {
        started = NatsServers.start(requireNonNull(folder), 1);
    }

    @AfterAll
    static void stopServer() {
        requireNonNull(started).close();
    }

    private BrokerClient client(String name, String settings) throws Exception {
        return new BrokerClient(name, requireNonNull(started), "prefix = \"" + prefix + "\"\n" + settings);
    }

    private static BrokerPosition position(CompletableFuture<BrokerPosition> future) throws Exception {
        return future.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    @DisplayName("N-15: what a hub appends is read by every hub, complete, at the position of the acknowledgement")
    void messagesAreReadComplete() throws Exception {
        try (BrokerClient a = client("10.0.0.1:4440", "").read(new ReadStart.After(0));
                BrokerClient b = client("10.0.0.2:4440", "").read(new ReadStart.After(0))) {
            byte[] payload = {0, 1, (byte) 0xff, '\n'};
            Map<NodeIncarnation, Long> read = new HashMap<>();
            a.streams.forEach(each -> read.put(each.stream(), 5L));
            BrokerMessage sent = new BrokerMessage(
                            a.self,
                            7,
                            "/räume/a b.c/=日本",
                            true,
                            payload,
                            1_763_942_400_123L,
                            Optional.of(new Epoch("nats-x y", 42)),
                            Optional.of(new IdempotencyKey("k-1,=\"", "digest", 3)),
                            Long.MIN_VALUE)
                    .withRead(read);

            BrokerPosition position = position(a.broker.append(sent));

            for (BrokerClient each : List.of(a, b)) {
                await().atMost(TIMEOUT).until(() -> each.received.size() == 1);
                BrokerMessage got = each.received.getFirst().message();
                assertThat(each.received.getFirst().position()).isEqualTo(position);
                assertThat(got.sender()).isEqualTo(a.self);
                assertThat(got.number()).isEqualTo(7);
                assertThat(got.channel()).isEqualTo(sent.channel());
                assertThat(got.binary()).isTrue();
                assertThat(got.payload()).isEqualTo(payload);
                assertThat(got.publishedMillis()).isEqualTo(sent.publishedMillis());
                assertThat(got.epoch()).isEqualTo(sent.epoch());
                assertThat(got.key()).isEqualTo(sent.key());
                assertThat(got.client()).isEqualTo(Long.MIN_VALUE);
                assertThat(got.read()).isEqualTo(Map.of(position.stream(), 5L));
                assertThat(each.faults).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("N-16: a repeated idempotency key is appended once, and answered with the position of the first")
    void repeatedKeyIsAppendedOnce() throws Exception {
        try (BrokerClient a = client("a", "").read(new ReadStart.After(0));
                BrokerClient b = client("b", "")) {
            IdempotencyKey key = new IdempotencyKey("k", "d", 1);
            BrokerPosition first = position(a.broker.append(withKey(a, key)));

            assertThat(position(b.broker.append(withKey(b, key)))).isEqualTo(first);
            assertThat(position(b.broker.append(withKey(b, new IdempotencyKey("k", "other", 1)))))
                    .isNotEqualTo(first);
            await().atMost(TIMEOUT).until(() -> a.received.size() == 2);
        }
    }

    private static BrokerMessage withKey(BrokerClient client, IdempotencyKey key) {
        BrokerMessage plain = client.message("/keys", "text");
        return new BrokerMessage(
                client.self, plain.number(), "/keys", false, plain.payload(), 1, Optional.empty(), Optional.of(key), 1);
    }

    @Test
    @DisplayName(
            "N-17: a hub that starts reads the tail of a stream, by its size or by its age, and the rest is reported"
                    + " as lost")
    void startsAtTheTail() throws Exception {
        try (BrokerClient writer = client("w", "streams = 1")) {
            BrokerPosition last = null;
            for (int i = 1; i <= 2_000; i++) {
                last = position(writer.append("/tail", "%0100d".formatted(i)));
            }
            long end = requireNonNull(last).sequence();
            assertThat(end).isEqualTo(2_000);

            try (BrokerClient bySize =
                    client("s", "streams = 1").read(new ReadStart.Tail(Duration.ofHours(1), 100 * 50))) {
                await().atMost(TIMEOUT).until(() -> bySize.received.size() == 50);
                assertThat(bySize.received.getFirst().position().sequence()).isEqualTo(1_951);
                assertThat(bySize.lostCount()).isEqualTo(1_950);
                assertThat(bySize.faults).isEmpty();
            }
            try (BrokerClient byAge = client("t", "streams = 1").read(new ReadStart.Tail(Duration.ZERO, 1_000_000))) {
                await().atMost(TIMEOUT).until(() -> byAge.lostCount() == 2_000);
                position(writer.append("/tail", "new"));
                await().atMost(TIMEOUT).until(() -> byAge.texts().equals(List.of("new")));
                assertThat(byAge.faults).isEmpty();
            }
            try (BrokerClient all =
                    client("u", "streams = 1").read(new ReadStart.Tail(Duration.ofHours(1), 1_000_000))) {
                await().atMost(TIMEOUT).until(() -> all.received.size() == 2_001);
                assertThat(all.faults).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("N-18: positions that the stream has discarded are reported as lost")
    void discardedIsLost() throws Exception {
        try (BrokerClient writer = client("w", "streams = 1\nmax-bytes = \"1MiB\"")) {
            for (int i = 0; i < 30; i++) {
                position(writer.append("/big", "x".repeat(100_000)));
            }
            try (BrokerClient reader =
                    client("r", "streams = 1\nmax-bytes = \"1MiB\"").read(new ReadStart.After(0))) {
                await().atMost(TIMEOUT).until(() -> reader.received.size() + reader.lostCount() == 30);
                assertThat(reader.lostCount()).isBetween(15L, 25L);
                assertThat(reader.faults).isEmpty();
            }
        }
    }

    @Test
    @DisplayName("N-19: a message that is too large, and one too many in flight, are rejected")
    void limitsAreReported() throws Exception {
        try (BrokerClient a = client("a", "in-flight = \"1MiB\"").read(new ReadStart.After(0))) {
            assertThatThrownBy(() -> position(a.append("/large", "x".repeat(1_100_000))))
                    .isInstanceOf(ExecutionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            BrokerException.class,
                            e -> assertThat(e.reason()).isEqualTo(BrokerException.Reason.TOO_LARGE))
                    .hasMessageContaining("max_payload");
            requireNonNull(started).pause(0);
            try {
                CompletableFuture<BrokerPosition> first = a.append("/large", "x".repeat(900_000));
                assertThat(first).isNotDone();
                assertThat(a.append("/large", "x".repeat(900_000)))
                        .failsWithin(TIMEOUT)
                        .withThrowableThat()
                        .withCauseInstanceOf(BrokerException.class)
                        .withMessageContaining("not confirmed yet");
            } finally {
                requireNonNull(started).resume(0);
            }
        }
    }

    @Test
    @DisplayName("N-20: a stream that exists with other limits fails the start, with what differs and how to change it")
    void otherLimitsAreReported() throws Exception {
        client("a", "").close();
        assertThatThrownBy(() -> client("b", "max-age = \"2h\""))
                .hasMessageContaining(prefix + "-0")
                .hasMessageContaining("max-age is PT1H, not PT2H")
                .hasMessageContaining("nats stream edit");
        assertThatThrownBy(() -> client("b", "streams = 2")).hasMessageContaining("streams is 4, not 2");
        client("c", "").close();
    }

    @Test
    @DisplayName("N-21: without JetStream, messages arrive at every hub, numbered in their order of arrival")
    void withoutJetStream() throws Exception {
        try (BrokerClient a = client("a", "storage = \"none\"").read(new ReadStart.After(0));
                BrokerClient b = client("b", "storage = \"none\"").read(new ReadStart.After(0))) {
            assertThat(a.streams)
                    .singleElement()
                    .satisfies(each -> assertThat(each.stream()).isEqualTo(a.self));
            for (int i = 0; i < 100; i++) {
                BrokerPosition position = position((i % 2 == 0 ? a : b).append("/n/" + i, "m" + i));
                assertThat(position.stream()).isEqualTo(i % 2 == 0 ? a.self : b.self);
            }
            for (BrokerClient each : List.of(a, b)) {
                await().atMost(TIMEOUT).until(() -> each.received.size() == 100);
                assertThat(each.received.getLast().position()).isEqualTo(new BrokerPosition(each.self, 100));
                assertThat(each.received.get(42).message().channel()).isEqualTo("/n/42");
                assertThat(new String(each.received.get(42).message().payload(), UTF_8))
                        .isEqualTo("m42");
                assertThat(each.faults).isEmpty();
                assertThat(each.lost).isEmpty();
            }
        }
    }
}
