package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.publish.Publisher;
import dev.ginkgo.hub.spi.LocalBrokerServer;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.StoppingHub;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Provokes each documented problem with a request over a real socket. */
class ProblemResponsesTest {
    private static final String EMPTY = "Content-Length: 0";

    /** Provokes a problem, and returns the response. */
    @FunctionalInterface
    private interface Scenario {
        String response() throws Exception;
    }

    @TempDir
    private Path folder = Path.of("");

    private final Map<ProblemType, Scenario> scenarios = new EnumMap<>(ProblemType.class);

    ProblemResponsesTest() {
        scenarios.put(ProblemType.BAD_REQUEST, () -> responseTo("POST /x", "Content-Length: x"));
        scenarios.put(ProblemType.BAD_CHANNEL, () -> responseTo("POST /a//b", EMPTY));
        scenarios.put(ProblemType.BAD_PARAMETER, () -> responseTo("POST /x?a=b", EMPTY));
        scenarios.put(ProblemType.BAD_KEY, () -> responseTo("POST /x", EMPTY, "Idempotency-Key: a b"));
        scenarios.put(ProblemType.TLS_REQUIRED, this::tlsRequired);
        scenarios.put(ProblemType.TOO_MANY_NAMES, ProblemResponsesTest::longList);
        scenarios.put(ProblemType.UNAUTHENTICATED, () -> authenticated("GET /x"));
        scenarios.put(ProblemType.INVALID_TOKEN, () -> authenticated("GET /x", "Authorization: Bearer unknown"));
        scenarios.put(ProblemType.FORBIDDEN, () -> authenticated("GET /x", "Authorization: Bearer known"));
        scenarios.put(ProblemType.TOO_MANY_TICKETS, ProblemResponsesTest::unusedTickets);
        scenarios.put(
                ProblemType.KEYS_UNAVAILABLE, () -> authenticated("GET /x", "Authorization: Bearer unverifiable"));
        scenarios.put(ProblemType.BROKER_UNAVAILABLE, () -> throughBroker(server -> server.setFull(true)));
        scenarios.put(ProblemType.OUTCOME_UNKNOWN, () -> throughBroker(server -> server.holdAppends(true)));
        scenarios.put(ProblemType.FOREIGN_ORIGIN, () -> responseTo("POST /x", EMPTY, "Origin: https://evil.example"));
        scenarios.put(ProblemType.LOOPBACK_ONLY, () -> responseTo("GET /-/tree", "Via: 1.1 proxy"));
        scenarios.put(ProblemType.NOT_FOUND, () -> responseTo("GET /-/nothing"));
        scenarios.put(ProblemType.METHOD_NOT_ALLOWED, () -> responseTo("DELETE /x"));
        scenarios.put(ProblemType.NOT_ACCEPTABLE, () -> responseTo("GET /x", "Accept: image/png"));
        scenarios.put(ProblemType.REQUEST_TIMEOUT, ProblemResponsesTest::tooSlow);
        scenarios.put(ProblemType.UNDER_WAY, ProblemResponsesTest::underWay);
        scenarios.put(ProblemType.BODY_TOO_LARGE, () -> responseTo("POST /x", "Content-Length: 2000000"));
        scenarios.put(ProblemType.TARGET_TOO_LONG, () -> responseTo("GET /" + "x".repeat(9_000)));
        scenarios.put(
                ProblemType.UNSUPPORTED_BODY,
                () -> responseTo("POST /x", "Content-Type: text/plain; charset=latin1", "Content-Length: 0"));
        scenarios.put(ProblemType.UNKNOWN_EXPECTATION, () -> responseTo("POST /x", EMPTY, "Expect: 200-ok"));
        scenarios.put(ProblemType.FOREIGN_HOST, () -> responseTo("GET http://evil.example/x"));
        scenarios.put(ProblemType.KEY_REUSED, ProblemResponsesTest::keyReused);
        scenarios.put(
                ProblemType.WEBSOCKET_VERSION,
                () -> responseTo(
                        "GET /x",
                        "Upgrade: websocket",
                        "Connection: Upgrade",
                        "Sec-WebSocket-Version: 12",
                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="));
        scenarios.put(ProblemType.TOO_MANY_CONNECTIONS, () -> second("http.max-connections = 1"));
        scenarios.put(ProblemType.TOO_MANY_FROM_ADDRESS, () -> second("http.max-connections-per-address = 1"));
        scenarios.put(
                ProblemType.TOO_MANY_FROM_USER,
                () -> twice(
                        TestHub.authenticated(
                                TimeSource.system(),
                                ProblemResponsesTest::authenticate,
                                "http.max-streams-per-user = 1"),
                        "GET /x",
                        "Authorization: Bearer all"));
        scenarios.put(
                ProblemType.TOO_MANY_MESSAGES,
                () -> twice(TestHub.start(new FakeClock(), "max-publish-rate-per-client = 1"), "POST /x", EMPTY));
        scenarios.put(ProblemType.TOO_MANY_BODIES, ProblemResponsesTest::secondBody);
        scenarios.put(ProblemType.TOO_MANY_SUBSCRIBERS, () -> second("http.max-subscribers = 1"));
        scenarios.put(ProblemType.TOO_MANY_PATTERNS, () -> secondOn("/y/*", "max-patterns = 0"));
        scenarios.put(ProblemType.TOO_MANY_CHANNELS, () -> secondOn("/y", "max-channels = 1"));
        scenarios.put(ProblemType.HEADERS_TOO_LARGE, () -> responseTo("GET /x", "X: " + "x".repeat(20_000)));
        scenarios.put(ProblemType.INTERNAL_ERROR, FailingFrontend::internalError);
        scenarios.put(ProblemType.STOPPING, StoppingHub::responseToMessage);
        scenarios.put(ProblemType.NOT_READY, StoppingHub::readiness);
        scenarios.put(ProblemType.HTTP_VERSION, ProblemResponsesTest::version);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.MATCH_NONE, names = "TOO_MANY_SUBSCRIPTIONS|AUTHENTICATOR_UNAVAILABLE")
    @DisplayName("H-23 each problem has its status, stable code and detail; 429 and 503 have a Retry-After")
    void problem_hasStatusCodeAndDetail(ProblemType problemType) throws Exception {
        Scenario scenario = requireNonNull(scenarios.get(problemType), () -> "no scenario provokes " + problemType);
        String response = scenario.response();
        assertThat(response)
                .startsWith("HTTP/1.1 " + problemType.status() + " ")
                .contains("content-type: application/problem+json\r\n")
                .contains("\"title\":\"" + problemType.title() + "\"")
                .contains("\"status\":" + problemType.status() + ",")
                .contains("\"code\":\"" + problemType.code() + "\"")
                .containsPattern("\"detail\":\".{10,}\"}");
        if (problemType.status() == 429 || problemType.status() == 503) {
            assertThat(response).containsPattern("Retry-After: \\d+\r\n");
        }
    }

    private static String responseTo(String line, String... headers) throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.request(line, headers)) {
            return client.response();
        }
    }

    private static Optional<Principal> authenticate(Credentials credentials) throws AuthenticationException {
        String token = credentials.token().orElseThrow();
        if (token.equals("unverifiable")) {
            throw AuthenticationException.temporary("kid", "the keys cannot be fetched");
        }
        Map<String, Grant> grants = Map.of("known", Grant.NONE, "all", Grant.ALL);
        return Optional.ofNullable(grants.get(token)).map(grant -> Principal.of(token, grant));
    }

    private static String authenticated(String line, String... headers) throws IOException {
        try (TestHub testHub = TestHub.authenticated(TimeSource.system(), ProblemResponsesTest::authenticate);
                RawHttpClient client = testHub.request(line, headers)) {
            return client.response();
        }
    }

    private String tlsRequired() throws IOException {
        String[] tls = new TestCertificates(folder).localhost("server").settings();
        try (TestHub testHub = TestHub.start(tls);
                RawHttpClient client = testHub.request("POST /x", EMPTY)) {
            return client.response();
        }
    }

    private static String unusedTickets() throws IOException {
        String post =
                "POST /-/ticket HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer known\r\nContent-Length: 0\r\n\r\n";
        try (TestHub testHub = TestHub.authenticated(TimeSource.system(), ProblemResponsesTest::authenticate);
                RawHttpClient client = testHub.connect()) {
            String response = client.send(post).response();
            while (response.startsWith("HTTP/1.1 200")) {
                response = client.send(post).response();
            }
            return response;
        }
    }

    private static String longList() throws IOException {
        return responseTo(
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

    /** Sends a request twice, over two connections, and returns the second response. */
    private static String twice(TestHub testHub, String line, String... headers) throws IOException {
        try (testHub;
                RawHttpClient first = testHub.request(line, headers)) {
            first.head();
            try (RawHttpClient second = testHub.request(line, headers)) {
                return second.response();
            }
        }
    }

    private static String tooSlow() throws IOException {
        try (TestHub testHub = TestHub.start("request-timeout = '100ms'");
                RawHttpClient client = testHub.connect()) {
            return client.send("POST /x HTTP/1.1\r\n").response();
        }
    }

    /** One of two bodies is rejected: the second, or the first if the second was received before it. */
    private static String secondBody() throws IOException {
        String head = "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ";
        try (TestHub testHub = TestHub.start("max-body-memory-per-address = '1MiB'");
                RawHttpClient first = testHub.connect()) {
            first.send(head + "1048576\r\n\r\n" + "x".repeat(1_048_575));
            while (!first.hasInput()) {
                try (RawHttpClient second = testHub.connect()) {
                    String response = second.send(head + "10000\r\n\r\n" + "x".repeat(10_000))
                            .response();
                    if (!response.startsWith("HTTP/1.1 200")) {
                        return response;
                    }
                }
            }
            return first.response();
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

    /** Two event loops: one publish waits for the lock of the store, which the test holds; the other finds its key in use. */
    private static String underWay() throws Exception {
        String post = "POST /x HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: a\r\nContent-Length: 1\r\n\r\n1";
        try (TestHub testHub = TestHub.start("loops = 2");
                RawHttpClient one = testHub.connect();
                RawHttpClient two = testHub.connect();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Publisher store = HubAccess.publisher(testHub.hub());
            ExecutorCompletionService<String> responses = new ExecutorCompletionService<>(threads);
            String first;
            synchronized (store) {
                one.send(post);
                two.send(post);
                responses.submit(one::response);
                responses.submit(two::response);
                first = responses.take().get();
            }
            assertThat(responses.take().get()).startsWith("HTTP/1.1 200");
            return first;
        }
    }

    /** Publishes through a broker with a fault. */
    private static String throughBroker(Consumer<LocalBrokerServer> fault) throws Exception {
        LocalBrokerServer server = new LocalBrokerServer(1);
        try (HubCluster nodes = HubCluster.of(1, server, "hub.replication.publish-timeout = '100ms'");
                RawHttpClient client =
                        new RawHttpClient(nodes.get(0).hub.address().port())) {
            fault.accept(server);
            return client.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\n1")
                    .response();
        }
    }

    private static String version() throws IOException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient client = testHub.connect()) {
            return client.send("GET /x HTTP/1.0\r\nHost: localhost\r\n\r\n").response();
        }
    }

    @Test
    @DisplayName("H-23 the table of problems in the documentation lists all problems, and no others")
    void documentedProblems_areComplete() {
        List<String> rows = HttpDocumentationTest.problems();
        assertThat(rows)
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(each -> each.status() + " " + each.code())
                        .toList());
    }
}
