package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static final String ROOM = "Authorization: Bearer room";
    private static final String ADMIN = "Authorization: Bearer admin";

    /** Requests of a client on another machine, as the hub sees it: through a proxy. */
    private static final String REMOTE = "X-Forwarded-For: 192.0.2.1";

    private final Map<String, AtomicInteger> verifications = new ConcurrentHashMap<>();
    private final FakeClock clock = new FakeClock();

    private Optional<Principal> authenticate(Credentials credentials) throws AuthenticationException {
        String token = credentials.token().orElseThrow();
        verifications.computeIfAbsent(token, _ -> new AtomicInteger()).incrementAndGet();
        return switch (token) {
            case "room" ->
                Optional.of(Principal.of("room", Grant.of(List.of("/room/>"), List.of("/room/*", "/hall"), false)));
            case "admin" -> Optional.of(Principal.of("admin", Grant.ALL));
            case "short" ->
                Optional.of(new Principal(
                        "short", Grant.ALL, Optional.of(clock.now().plus(Duration.ofMinutes(1))), ""));
            case "expired" -> throw new AuthenticationException("exp", "the token has expired");
            case "broken" -> throw new IllegalStateException("a bug of the authenticator");
            default -> Optional.empty();
        };
    }

    private TestHub start(String... settings) {
        return TestHub.authenticated(TimeSource.system(), this::authenticate, settings);
    }

    private static String request(TestHub testHub, String line, String... headers) throws IOException {
        try (RawHttpClient client = testHub.request(line, headers)) {
            return client.response();
        }
    }

    @Test
    @DisplayName(
            "H-111 a request without valid credentials is a 401, one without the grant a 403, each with the header of"
                    + " RFC 6750 and the claim")
    void requestWithoutAccess_isRejected() throws Exception {
        try (TestHub testHub = start()) {
            String empty = "Content-Length: 0";

            // Without credentials
            assertThat(request(testHub, "POST /room/7", empty))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("WWW-Authenticate: Bearer realm=\"ginkgo\"\r\n")
                    .contains("\"code\":\"unauthenticated\"");
            // With a token that no authenticator knows, or that one rejects
            assertThat(request(testHub, "POST /room/7", empty, "Authorization: Bearer wrong"))
                    .startsWith("HTTP/1.1 401 ")
                    .contains(
                            "WWW-Authenticate: Bearer realm=\"ginkgo\", error=\"invalid_token\", error_description=\"")
                    .contains("\"code\":\"invalid-token\"", "\"claim\":\"token\"")
                    .doesNotContain("wrong");
            assertThat(request(testHub, "GET /room/7", "Authorization: Bearer expired"))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\"claim\":\"exp\"", "error_description=\"the token has expired\"");
            // In another form
            for (String other : List.of("Basic cm9vbTpyb29t", "Bearer", "Bearer ", "room", "Bearer room\r\n" + ROOM)) {
                assertThat(request(testHub, "GET /room/7", "Authorization: " + other))
                        .as(other)
                        .startsWith("HTTP/1.1 401 ")
                        .contains("WWW-Authenticate: Bearer");
            }
            assertThat(request(testHub, "GET /room/7", "Authorization: Bearer " + "x".repeat(8_193)))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\"claim\":\"token\"", "longer than 8192");
            assertThat(request(testHub, "GET /room/7", "Authorization: Bearer broken"))
                    .startsWith("HTTP/1.1 500 ")
                    .doesNotContain("bug");
            // With a grant, but not this one
            assertThat(request(testHub, "POST /hall", empty, ROOM))
                    .startsWith("HTTP/1.1 403 ")
                    .contains(
                            "WWW-Authenticate: Bearer realm=\"ginkgo\", error=\"insufficient_scope\", scope=\"publish\"")
                    .contains("\"code\":\"forbidden\"", "\"claim\":\"publish\"");
            for (String wider : List.of("/room/7/door", "/room/>", "/>", "/*", "/room", "/*/7", "/other,/room/>")) {
                assertThat(request(testHub, "GET " + wider, ROOM))
                        .as(wider)
                        .startsWith("HTTP/1.1 403 ")
                        .contains("scope=\"subscribe\"", "\"claim\":\"subscribe\"");
            }
            assertThat(request(testHub, "GET /-/metrics", ROOM, REMOTE))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("scope=\"admin\"", "\"claim\":\"admin\"");

            // And what is granted is served
            assertThat(request(testHub, "POST /room/7/door", empty, ROOM)).startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "GET /room/*,/hall?poll=1&wait=0s", ROOM))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "HEAD /room/7", ROOM)).startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "GET /-/metrics", ADMIN, REMOTE)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    @DisplayName("H-111 a list with a name that is not granted reports it in an event, and the others are served")
    void listWithForbiddenName_isServedWithoutIt() throws Exception {
        try (TestHub testHub = start();
                RawHttpClient subscriber = testHub.request("GET /room/7,/secret/*,/a//b?as=ndjson", ROOM)) {
            assertThat(subscriber.head()).startsWith("HTTP/1.1 200 ");
            subscriber.readTo("\"event\":\"start\"");
            assertThat(subscriber.readTo("/secret/*\",\"code\":\"forbidden\""))
                    .contains("\"event\":\"refused\"", "\"code\":\"bad-channel\"");
            testHub.hub().publish("/secret/1", "hidden");
            testHub.hub().publish("/room/7", "visible");
            assertThat(subscriber.readTo("visible")).doesNotContain("hidden");
        }
    }

    @Test
    @DisplayName("H-112 a token is verified once as long as it is in use, also for pipelined requests and bodies")
    void knownToken_isNotVerifiedAgain() throws Exception {
        try (TestHub testHub = start();
                RawHttpClient client = testHub.connect()) {
            String post = "POST /room/7 HTTP/1.1\r\nHost: localhost\r\n" + ROOM + "\r\nContent-Length: 3\r\n\r\n123";

            // When requests are pipelined behind the first, whose token is verified by another thread
            client.send(post.repeat(20));

            // Then all are answered in order, after one verification
            for (int i = 0; i < 20; i++) {
                assertThat(client.response()).startsWith("HTTP/1.1 200 ");
            }
            assertThat(verifications.get("room")).hasValue(1);

            // And a rejected token is verified each time
            for (int i = 0; i < 3; i++) {
                assertThat(request(testHub, "GET /x", "Authorization: Bearer wrong"))
                        .startsWith("HTTP/1.1 401 ");
            }
            assertThat(verifications.get("wrong")).hasValue(3);
        }
    }

    @Test
    @DisplayName(
            "H-113 a stream ends when its token expires, with a bye event token-expired in each format; then the token is"
                    + " a 401")
    void stream_endsAtExpiry() throws Exception {
        String bearer = "Authorization: Bearer short";
        String upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
        try (TestHub testHub = TestHub.authenticated(clock, this::authenticate, "http.heartbeat = '1h'");
                RawHttpClient lines = testHub.request("GET /x", bearer);
                RawHttpClient events = testHub.request("GET /x?as=sse", bearer);
                RawHttpClient json = testHub.request("GET /x?as=ndjson", bearer);
                RawHttpClient webSocket = testHub.request("GET /x", bearer, upgrade);
                RawHttpClient dashboard = testHub.request("GET /-/dashboard/samples", bearer, REMOTE);
                RawHttpClient unlimited = testHub.request("GET /x", ADMIN)) {
            await().until(() -> testHub.hub().stats().subscribers() == 5);
            assertThat(dashboard.head()).startsWith("HTTP/1.1 200 ");

            // When less than the lifetime of the token has passed, then the streams are open
            clock.advance(Duration.ofSeconds(59));
            testHub.hub().publish("/x", "before");

            // When it has passed
            clock.advance(Duration.ofSeconds(2));

            // Then
            for (RawHttpClient stream : List.of(lines, events, json, webSocket)) {
                assertThat(stream.readToEnd()).contains("before", "bye", "\"reason\":\"token-expired\"");
            }
            clock.advance(Duration.ofSeconds(2));
            assertThat(dashboard.readToEnd()).contains("event: start");
            testHub.hub().publish("/x", "after");
            unlimited.readTo("after");
            assertThat(request(testHub, "GET /x", bearer)).startsWith("HTTP/1.1 200 "); // a new expiry in this test
            assertThat(request(testHub, "GET /-/metrics"))
                    .contains("ginkgo_hub_disconnects_total{reason=\"token-expired\"} 4.0\n");
        }
    }

    @Test
    @DisplayName(
            "H-114 beyond loopback a client without credentials gets a 401 for every path and method but the pages for"
                    + " health and preflight requests")
    void remoteClientWithoutCredentials_isRejectedEverywhere() throws Exception {
        try (TestHub testHub = start("http.allowed-origins = ['https://app.example']")) {
            Set<String> paths = new TreeSet<>(Set.of(
                    "/",
                    "/x",
                    "/x/*",
                    "/a//b",
                    "/-",
                    "/-/",
                    "/-/nothing",
                    "/-/metrics",
                    "/-/connections",
                    "/-/channels",
                    "/-/tree",
                    "/-/dashboard",
                    "/-/dashboard/",
                    "/-/dashboard/samples",
                    "/-/dashboard/style.css",
                    "/-/page/index.html",
                    "/-/ticket",
                    "/-/session",
                    "/-/health",
                    "/x?ticket=wrong"));
            // The hub itself lists its pages
            String pages = request(testHub, "GET /-/nothing");
            assertThat(pages).startsWith("HTTP/1.1 404 ").contains("/-/metrics");
            Pattern.compile("/-/[a-z/]+")
                    .matcher(pages.substring(pages.indexOf("the pages are")))
                    .results()
                    .map(MatchResult::group)
                    .filter(page -> !page.startsWith("/-/health/"))
                    .forEach(paths::add);
            for (String path : paths) {
                for (String method : List.of("GET", "POST", "OPTIONS", "DELETE", "HEAD")) {
                    try (RawHttpClient client = testHub.request(method + " " + path, REMOTE, "Content-Length: 0")) {
                        assertThat(client.head())
                                .as(method + " " + path)
                                .startsWith("HTTP/1.1 401 ")
                                .contains("WWW-Authenticate: Bearer");
                    }
                }
            }
            for (String page : List.of("live", "ready")) {
                assertThat(request(testHub, "GET /-/health/" + page, REMOTE)).startsWith("HTTP/1.1 200 ");
            }
            assertThat(request(
                            testHub,
                            "OPTIONS /x",
                            REMOTE,
                            "Origin: https://app.example",
                            "Access-Control-Request-Method: GET"))
                    .startsWith("HTTP/1.1 204 ")
                    .containsIgnoringCase("access-control-allow-headers: Authorization");

            // And a client on this machine gets the pages for operators, as without authentication, and no channel
            assertThat(request(testHub, "GET /-/tree")).startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "GET /-/dashboard")).startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "GET /x")).startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    @DisplayName("H-114 a hub with authentication binds beyond loopback without anonymous = true")
    void authenticatedHub_bindsBeyondLoopback() throws Exception {
        try (TestHub testHub = TestHub.authenticated("0.0.0.0:0", TimeSource.system(), this::authenticate)) {
            assertThat(request(testHub, "GET /-/health/live")).startsWith("HTTP/1.1 200 ");
            Optional<InetAddress> other = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(each -> !each.isLoopbackAddress() && each.getAddress().length == 4)
                    .findFirst();
            if (other.isPresent()) { // on this machine, but not local to the hub
                try (Socket remote = new Socket(other.get(), testHub.port())) {
                    remote.setSoTimeout(5_000);
                    remote.getOutputStream()
                            .write("GET /-/tree HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                                    .getBytes(StandardCharsets.US_ASCII));
                    assertThat(new String(remote.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                            .startsWith("HTTP/1.1 401 ");
                }
            }
        }
    }

    @Test
    @DisplayName(
            "H-114 clients without credentials may do what [hub.auth.anonymous] grants, and need credentials for more")
    void anonymousGrant_isEnforced() throws Exception {
        try (TestHub testHub =
                start("auth.anonymous.subscribe = ['/public/>']", "auth.anonymous.publish = ['/public/inbox']")) {
            assertThat(request(testHub, "GET /public/*?poll=1&wait=0s", REMOTE)).startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "POST /public/inbox", "Content-Length: 0"))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "POST /public/news", "Content-Length: 0"))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\"claim\":\"publish\"");
            assertThat(request(testHub, "GET /private")).startsWith("HTTP/1.1 401 ");
            assertThat(request(testHub, "GET /-/tree", REMOTE)).startsWith("HTTP/1.1 401 ");
            assertThat(request(testHub, "GET /-/dashboard", REMOTE)).startsWith("HTTP/1.1 401 ");
            assertThat(request(testHub, "GET /public/a", "Authorization: Bearer wrong"))
                    .startsWith("HTTP/1.1 401 ");
        }
    }
}
