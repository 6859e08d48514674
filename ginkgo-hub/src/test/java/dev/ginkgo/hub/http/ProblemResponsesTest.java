package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Service;
import dev.ginkgo.config.Size;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.admin.AdminRouter;
import dev.ginkgo.hub.delivery.DeliveryEngine;
import dev.ginkgo.hub.delivery.StreamAttacher;
import dev.ginkgo.hub.http.server.HttpRoute;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.log.ChannelListing;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.log.Store;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each refusal that the docs list, provoked by a real request over a real socket. */
class ProblemResponsesTest {
    private static final String EMPTY = "Content-Length: 0";

    /** Brings about one refusal, and gives the answer. */
    @FunctionalInterface
    private interface Scenario {
        String answer() throws Exception;
    }

    private final Map<ProblemType, Scenario> scenarios = new EnumMap<>(ProblemType.class);

    ProblemResponsesTest() {
        scenarios.put(ProblemType.BAD_REQUEST, () -> answer("POST /x", "Content-Length: x"));
        scenarios.put(ProblemType.BAD_CHANNEL, () -> answer("POST /a//b", EMPTY));
        scenarios.put(ProblemType.BAD_PARAMETER, () -> answer("POST /x?a=b", EMPTY));
        scenarios.put(ProblemType.BAD_KEY, () -> answer("POST /x", EMPTY, "Idempotency-Key: a b"));
        scenarios.put(ProblemType.TOO_MANY_NAMES, ProblemResponsesTest::longList);
        scenarios.put(ProblemType.FOREIGN_ORIGIN, () -> answer("POST /x", EMPTY, "Origin: https://evil.example"));
        scenarios.put(ProblemType.LOOPBACK_ONLY, () -> answer("GET /-/tree", "Via: 1.1 proxy"));
        scenarios.put(ProblemType.NOT_FOUND, () -> answer("GET /-/nothing"));
        scenarios.put(ProblemType.METHOD_NOT_ALLOWED, () -> answer("DELETE /x"));
        scenarios.put(ProblemType.NOT_ACCEPTABLE, () -> answer("GET /x", "Accept: image/png"));
        scenarios.put(ProblemType.REQUEST_TIMEOUT, ProblemResponsesTest::tooSlow);
        scenarios.put(ProblemType.UNDER_WAY, ProblemResponsesTest::underWay);
        scenarios.put(ProblemType.BODY_TOO_LARGE, () -> answer("POST /x", "Content-Length: 2000000"));
        scenarios.put(ProblemType.TARGET_TOO_LONG, () -> answer("GET /" + "x".repeat(9_000)));
        scenarios.put(
                ProblemType.UNSUPPORTED_BODY,
                () -> answer("POST /x", "Content-Type: text/plain; charset=latin1", "Content-Length: 0"));
        scenarios.put(ProblemType.UNKNOWN_EXPECTATION, () -> answer("POST /x", EMPTY, "Expect: a miracle"));
        scenarios.put(ProblemType.FOREIGN_HOST, () -> answer("GET http://evil.example/x"));
        scenarios.put(ProblemType.KEY_REUSED, ProblemResponsesTest::keyReused);
        scenarios.put(
                ProblemType.WEBSOCKET_VERSION,
                () -> answer(
                        "GET /x",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 12",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        scenarios.put(ProblemType.TOO_MANY_CONNECTIONS, () -> second("http.max-connections = 1"));
        scenarios.put(ProblemType.TOO_MANY_FROM_ADDRESS, () -> second("http.max-connections-per-address = 1"));
        scenarios.put(ProblemType.TOO_MANY_SUBSCRIBERS, () -> second("http.max-subscribers = 1"));
        scenarios.put(ProblemType.TOO_MANY_PATTERNS, () -> secondOn("/y/*", "max-patterns = 0"));
        scenarios.put(ProblemType.TOO_MANY_CHANNELS, () -> secondOn("/y", "max-channels = 1"));
        scenarios.put(ProblemType.HEADERS_TOO_LARGE, () -> answer("GET /x", "X: " + "x".repeat(20_000)));
        scenarios.put(ProblemType.INTERNAL_ERROR, ProblemResponsesTest::bug);
        scenarios.put(ProblemType.STOPPING, ProblemResponsesTest::stopping);
        scenarios.put(ProblemType.NOT_READY, ProblemResponsesTest::notReady);
        scenarios.put(ProblemType.HTTP_VERSION, ProblemResponsesTest::version);
    }

    @ParameterizedTest
    @EnumSource(ProblemType.class)
    @DisplayName("H-23 each refusal is a problem with its status, its stable code and what to do; 429 and 503 say when")
    void refusal(ProblemType problemType) throws Exception {
        Scenario scenario =
                requireNonNull(scenarios.get(problemType), () -> "nobody knows how to provoke " + problemType);
        String answer = scenario.answer();
        assertThat(answer)
                .startsWith("HTTP/1.1 " + problemType.status() + " ")
                .contains("content-type: application/problem+json\r\n")
                .contains("\"title\":\"" + problemType.title() + "\"")
                .contains("\"status\":" + problemType.status() + ",")
                .contains("\"code\":\"" + problemType.code() + "\"")
                .containsPattern("\"detail\":\".{10,}\"}");
        if (problemType.status() == 429 || problemType.status() == 503) {
            assertThat(answer).containsPattern("Retry-After: \\d+\r\n");
        }
    }

    private static String answer(String line, String... headers) throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.request(line, headers)) {
            return client.response();
        }
    }

    private static String longList() throws IOException {
        return answer(
                "GET " + IntStream.rangeClosed(0, 64).mapToObj(i -> "/" + i).collect(Collectors.joining(",")));
    }

    private static String second(String setting) throws IOException {
        return secondOn("/x", setting);
    }

    private static String secondOn(String channel, String setting) throws IOException {
        try (TestHub testHub = TestHub.startHub(setting);
                RawHttpClient first = testHub.lines("/x");
                RawHttpClient second = testHub.request("GET " + channel)) {
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            assertThat(first).isNotNull();
            return second.response();
        }
    }

    private static String tooSlow() throws IOException {
        try (TestHub testHub = TestHub.start("request-timeout = '100ms'");
                RawHttpClient client = testHub.connect()) {
            return client.send("POST /x HTTP/1.1\r\n").response();
        }
    }

    private static String keyReused() throws IOException {
        String post = "POST /x HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: a\r\nContent-Length: 1\r\n\r\n";
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            client.send(post + "1").response();
            return client.send(post + "2").response();
        }
    }

    /** Two loops: the publish of one waits for the store, which the test holds; the other finds its key in use. */
    private static String underWay() throws Exception {
        String post = "POST /x HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: a\r\nContent-Length: 1\r\n\r\n1";
        try (TestHub testHub = TestHub.start("loops = 2");
                RawHttpClient one = testHub.connect();
                RawHttpClient two = testHub.connect();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Publisher store = HubAccess.publisher(testHub.hub());
            ExecutorCompletionService<String> answers = new ExecutorCompletionService<>(threads);
            String first;
            synchronized (store) {
                one.send(post);
                two.send(post);
                answers.submit(one::response);
                answers.submit(two::response);
                first = answers.take().get();
            }
            assertThat(answers.take().get()).startsWith("HTTP/1.1 200");
            return first;
        }
    }

    private static String stopping() throws Exception {
        try (TestHub testHub = TestHub.start();
                RawHttpClient publisher = testHub.connect();
                RawHttpClient reader = testHub.lines("/y")) {
            publisher.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
            publisher.head();
            Thread stop = Thread.ofVirtual().start(() -> testHub.tree().ginkgo().stop());
            reader.readToEnd();
            String answer = publisher.send("1").response();
            stop.join();
            return answer;
        }
    }

    private static String notReady() throws Exception {
        try (TestHub testHub = TestHub.start("drain-delay = '1s'");
                RawHttpClient client = testHub.connect()) {
            String live = "GET /-/health/live HTTP/1.1\r\nHost: localhost\r\n\r\n";
            client.send(live).response();
            Thread stop = Thread.ofVirtual().start(() -> testHub.tree().ginkgo().stop());
            String answer = "";
            while (!answer.startsWith("HTTP/1.1 503")) {
                answer = client.send(live.replace("live", "ready")).response();
            }
            stop.join();
            return answer;
        }
    }

    private static String version() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            return client.send("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n").response();
        }
    }

    /** A front whose program cannot say how it is. */
    private static final class Broken extends Service {
        final HttpFrontend http = add(
                "http", new HttpFrontend(Broken::backend, Broken::routes, ClusterWebDirectory.none(), new Random()));

        private record Backend(Publisher publisher, StreamAttacher streams, Counters counters) implements HttpBackend {}

        private static Backend backend() {
            Counters counters = new Counters();
            StoreLimits limits = new StoreLimits(
                    () -> Size.ofMebibytes(1),
                    () -> 10,
                    () -> Duration.ZERO,
                    () -> Duration.ofMinutes(1),
                    () -> 10,
                    () -> 10);
            Store store = new Store(limits, TimeSource.system(), 1, counters);
            return new Backend(
                    store,
                    new DeliveryEngine(
                            store, ByteBufAllocator.DEFAULT, TimeSource.system(), new Random(), counters, () -> 10),
                    counters);
        }

        private static List<HttpRoute> routes(RouteFactory.Context front) {
            return List.of(AdminRouter.of(
                    front,
                    Broken::readings,
                    Broken::broken,
                    limit -> new ChannelListing(0, List.of()),
                    TimeSource.system()));
        }

        private static MetricsSnapshot readings() {
            throw new IllegalStateException("no test asks for it");
        }

        private static Status broken() {
            throw new IllegalStateException("a bug");
        }
    }

    private static String bug() throws IOException {
        TestHub.warmUp();
        try (TestTree<Broken> tree = TestTree.start(new Broken(), "http.bind = '127.0.0.1:0'")) {
            String answer;
            int port = tree.root().http.address().port();
            try (RawHttpClient client = new RawHttpClient(port)) {
                answer = client.send("GET /-/tree HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .response();
            }
            try (RawHttpClient client = new RawHttpClient(port)) {
                assertThat(client.send("GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .response())
                        .startsWith("HTTP/1.1 500");
            }
            return answer;
        }
    }

    @Test
    @DisplayName("H-23 the table of refusals in the docs and the refusals that there are agree")
    void table() {
        List<String> rows = HttpDocumentationTest.refusals();
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(each -> each.status() + " " + each.code())
                        .toList());
    }
}
