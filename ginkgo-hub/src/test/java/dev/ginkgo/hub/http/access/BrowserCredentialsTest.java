package dev.ginkgo.hub.http.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class BrowserCredentialsTest {
    private static final String TOKEN = "a-token-of-alice";
    private static final String BEARER = "Authorization: Bearer " + TOKEN;
    private static final String COOKIE = "Cookie: other=1; ginkgo=" + TOKEN;
    private static final String EMPTY = "Content-Length: 0";
    private static final String PAGE = "Origin: https://localhost";

    private final FakeClock clock = new FakeClock();

    private Optional<Principal> authenticate(Credentials credentials) {
        Grant grant = Grant.of(List.of("/x"), List.of("/x"), false);
        return credentials
                .token()
                .filter(TOKEN::equals)
                .map(_ -> new Principal("alice", grant, Optional.of(clock.now().plus(Duration.ofMinutes(10))), ""));
    }

    private TestHub start() {
        return TestHub.authenticated(clock, this::authenticate, "http.heartbeat = '1h'");
    }

    private static String request(TestHub testHub, String line, String... headers) throws IOException {
        try (RawHttpClient client = testHub.request(line, headers)) {
            return client.response();
        }
    }

    private static String ticket(TestHub testHub) throws IOException {
        String response = request(testHub, "POST /-/ticket", BEARER, EMPTY);
        assertThat(response).startsWith("HTTP/1.1 200 ").contains("cache-control: no-store", "\"expires-in\":30");
        Matcher ticket = Pattern.compile("\"ticket\":\"([A-Za-z0-9_-]{32})\"").matcher(response);
        assertThat(ticket.find()).isTrue();
        return ticket.group(1);
    }

    @Test
    @DisplayName(
            "H-116 a ticket opens one stream with the grant of its token, within 30 s; for each user 100 may be unused")
    void ticket_isValidOnce() throws Exception {
        try (TestHub testHub = start()) {
            // When a ticket is used, then it has the grant of the token, and is used up
            String first = ticket(testHub);
            assertThat(request(testHub, "GET /x?poll=1&wait=0s&ticket=" + first))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "GET /x?poll=1&wait=0s&ticket=" + first))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("\"claim\":\"ticket\"")
                    .doesNotContain(first);
            assertThat(request(testHub, "GET /y?ticket=" + ticket(testHub))).startsWith("HTTP/1.1 403 ");
            assertThat(request(testHub, "POST /x?ticket=" + ticket(testHub), EMPTY))
                    .startsWith("HTTP/1.1 401 ");
            assertThat(request(testHub, "GET /x?ticket=unknown")).startsWith("HTTP/1.1 401 ");

            // When its time has passed, then it is not valid
            String late = ticket(testHub);
            clock.advance(Duration.ofSeconds(31));
            assertThat(request(testHub, "GET /x?ticket=" + late)).startsWith("HTTP/1.1 401 ");

            // When too many are not used, then no more are issued until they have expired
            String last = "";
            for (int i = 0; i < 100; i++) {
                last = ticket(testHub);
            }
            assertThat(request(testHub, "POST /-/ticket", BEARER, EMPTY))
                    .startsWith("HTTP/1.1 429 ")
                    .contains("\"code\":\"too-many-tickets\"", "Retry-After: 30");
            assertThat(request(testHub, "GET /x?poll=1&wait=0s&ticket=" + last)).startsWith("HTTP/1.1 200 ");
            assertThat(ticket(testHub)).isNotEmpty();
            clock.advance(Duration.ofSeconds(31));
            assertThat(ticket(testHub)).isNotEmpty();

            // Without credentials there is none
            assertThat(request(testHub, "POST /-/ticket", EMPTY)).startsWith("HTTP/1.1 401 ");
            assertThat(request(testHub, "GET /-/ticket", BEARER)).startsWith("HTTP/1.1 405 ");
        }
    }

    @Test
    @DisplayName("H-116 a stream that was opened with a ticket ends when the token expires")
    void streamOfTicket_endsWithToken() throws Exception {
        try (TestHub testHub = start();
                RawHttpClient stream = testHub.request("GET /x?as=sse&ticket=" + ticket(testHub))) {
            await().until(() -> testHub.hub().stats().subscribers() == 1);
            clock.advance(Duration.ofMinutes(11));
            assertThat(stream.readToEnd()).contains("\"reason\":\"token-expired\"");
        }
    }

    @Test
    @DisplayName(
            "H-117 a session keeps the token in a cookie that scripts and other sites cannot use; a POST with it needs the"
                    + " hub's own origin")
    void session_isACookie() throws Exception {
        try (TestHub testHub = start()) {
            // When a page exchanges its token for a cookie
            String response = request(testHub, "POST /-/session", BEARER, EMPTY, "Origin: http://localhost");

            // Then
            assertThat(response)
                    .startsWith("HTTP/1.1 204 ")
                    .containsIgnoringCase(
                            "set-cookie: ginkgo=" + TOKEN + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=600\r\n");
            assertThat(request(testHub, "POST /-/session", BEARER, EMPTY, PAGE)).contains("; Max-Age=600; Secure\r\n");
            assertThat(request(testHub, "POST /-/session", BEARER, EMPTY, "X-Forwarded-Proto: https"))
                    .contains("; Secure\r\n");

            // And the cookie authenticates
            assertThat(request(testHub, "GET /x?poll=1&wait=0s", COOKIE)).startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "GET /y", COOKIE)).startsWith("HTTP/1.1 403 ");
            assertThat(request(testHub, "POST /x", COOKIE, EMPTY, PAGE)).startsWith("HTTP/1.1 200 ");
            assertThat(request(testHub, "POST /x", COOKIE, EMPTY))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("\"code\":\"foreign-origin\"");
            assertThat(request(testHub, "POST /x", COOKIE, EMPTY, "Origin: https://evil.example"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(request(testHub, "GET /x", COOKIE, "Origin: https://evil.example"))
                    .startsWith("HTTP/1.1 403 ");
            assertThat(request(testHub, "GET /x", "Cookie: ginkgo=wrong")).startsWith("HTTP/1.1 401 ");

            // And the page can end the session
            assertThat(request(testHub, "POST /-/session?end=1", COOKIE, EMPTY, PAGE))
                    .startsWith("HTTP/1.1 204 ")
                    .containsIgnoringCase("set-cookie: ginkgo=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
            // And a ticket or cookie does not begin one
            assertThat(request(testHub, "POST /-/session", COOKIE, EMPTY, PAGE)).startsWith("HTTP/1.1 401 ");
        }
    }

    @Test
    @DisplayName(
            "H-270 over an encrypted connection the cookie is bound to the host; it takes precedence over one that another"
                    + " host may have set, and two different ones are rejected")
    void secureCookie_isBoundToTheHost() throws Exception {
        try (TestHub testHub = start()) {
            // When a page that was loaded over TLS begins and ends a session
            assertThat(request(testHub, "POST /-/session", BEARER, EMPTY, PAGE))
                    .containsIgnoringCase("set-cookie: __Host-ginkgo=" + TOKEN + "; Path=/; HttpOnly; SameSite=Strict;")
                    .contains("; Secure\r\n");
            assertThat(request(testHub, "POST /-/session?end=1", COOKIE, EMPTY, PAGE))
                    .containsIgnoringCase(
                            "set-cookie: __Host-ginkgo=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure")
                    .containsIgnoringCase("set-cookie: ginkgo=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0; Secure");

            // Then its cookie authenticates, whatever else there is
            String poll = "GET /x?poll=1&wait=0s";
            String host = "__Host-ginkgo=" + TOKEN;
            for (String cookies : List.of(host, "ginkgo=wrong; " + host, host + "; ginkgo=wrong; ginkgo=other")) {
                assertThat(request(testHub, poll, "Cookie: " + cookies)).startsWith("HTTP/1.1 200 ");
            }
            assertThat(request(testHub, poll, "Cookie: ginkgo=" + TOKEN, "Cookie: ginkgo=" + TOKEN))
                    .startsWith("HTTP/1.1 200 ");
            for (String cookies : List.of(
                    "__Host-ginkgo=wrong; ginkgo=" + TOKEN,
                    "ginkgo=" + TOKEN + "; ginkgo=wrong",
                    "ginkgo=wrong; ginkgo=" + TOKEN)) {
                assertThat(request(testHub, poll, "Cookie: " + cookies))
                        .startsWith("HTTP/1.1 401 ")
                        .doesNotContain(TOKEN);
            }
            assertThat(request(testHub, poll, "Cookie: ginkgo=wrong; ginkgo=" + TOKEN))
                    .contains("\"claim\":\"cookie\"");
        }
    }

    @Test
    @DisplayName(
            "H-118 tokens, cookies and tickets appear neither in the log, at any level, nor on the hub's own pages")
    void secrets_areNotRecorded() throws Exception {
        Logger root = (Logger) LoggerFactory.getLogger("dev.ginkgo");
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Level before = root.getLevel();
        logged.start();
        root.addAppender(logged);
        root.setLevel(Level.TRACE);
        try (TestHub testHub = start()) {
            String ticket = ticket(testHub);
            try (RawHttpClient stream = testHub.request("GET /x?as=sse&ticket=" + ticket)) {
                await().until(() -> testHub.hub().stats().subscribers() == 1);
                request(testHub, "GET /x?ticket=" + ticket);
                request(testHub, "GET /x?ticket=%zz" + ticket, COOKIE);
                request(testHub, "GET /a//b?ticket=" + ticket(testHub));
                request(testHub, "GET /x?as=unknown", BEARER);
                for (String page : List.of("metrics", "connections", "channels", "tree")) {
                    assertThat(request(testHub, "GET /-/" + page)).doesNotContain(TOKEN, ticket, "ticket=");
                }
                stream.reset(); // an exception of the connection, which is logged
                await().until(() -> testHub.hub().stats().subscribers() == 0);
            }
            assertThat(List.copyOf(logged.list))
                    .allSatisfy(event -> assertThat(event.getFormattedMessage() + event.getThrowableProxy())
                            .doesNotContain(TOKEN, ticket));
        } finally {
            root.detachAppender(logged);
            root.setLevel(before);
        }
    }
}
