package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.Chromium;
import dev.ginkgo.hub.testing.EmptyPage;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;

/** The hub's live view, and clients of third parties, in a real browser. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BrowserTest {
    private TestCertificates.Pair pair = new TestCertificates.Pair(Path.of(""), Path.of(""));
    private @Nullable Chromium chromium;

    /** Starts one browser for all tests. It trusts one certificate. */
    @BeforeAll
    void start(@TempDir Path files) throws Exception {
        pair = new TestCertificates(files).localhost("server");
        String spki = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(pair.read().getPublicKey().getEncoded()));
        chromium = new Chromium("--ignore-certificate-errors-spki-list=" + spki);
    }

    @AfterAll
    void stop() throws IOException {
        if (chromium != null) {
            chromium.close();
        }
    }

    @AfterEach
    void leavePage() {
        browser().get("about:blank");
    }

    private ChromeDriver browser() {
        return requireNonNull(chromium).driver();
    }

    @Test
    @DisplayName("in Chromium the live view, an EventSource and a WebSocket receive the same messages")
    void liveViewEventSourceAndWebSocket_receiveSameMessages() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            browser().get(testHub.uri("/numbers").toString());
            browser().executeScript("""
                    window.events = [];
                    window.texts = [];
                    const source = new EventSource(location.pathname);
                    source.onmessage = event => window.events.push(event.data);
                    const socket = new WebSocket(location.href.replace('http', 'ws'));
                    socket.onmessage = event => {
                      if (!event.data.startsWith('\\u001e')) window.texts.push(event.data);
                    };
                    """);
            awaitSubscribers(testHub, 3);

            // When
            List<String> numbers =
                    IntStream.rangeClosed(1, 100).mapToObj(Integer::toString).toList();
            for (String number : numbers) {
                testHub.post("/numbers", number);
            }

            // Then
            await().atMost(ExternalProcess.TIMEOUT).untilAsserted(() -> {
                assertThat(strings("[...document.querySelectorAll('.message pre')].map(e => e.innerText)"))
                        .isEqualTo(numbers);
                assertThat(strings("window.events")).isEqualTo(numbers);
                assertThat(strings("window.texts")).isEqualTo(numbers);
            });
            assertThat(browser().getTitle()).isEqualTo("/numbers");
            assertThat(browser().executeScript("return document.getElementById('state').textContent"))
                    .isEqualTo("connected");
            leavePage();
            awaitSubscribers(testHub, 0);
        }
    }

    @Test
    @DisplayName("H-259 Chromium reads compressed streams as they arrive, and to their end")
    void compressedStreams_areRead() throws Exception {
        List<String> texts = List.of("{\"value\":1}", "{\"value\":2}");
        try (TestHub testHub = TestHub.start("compression = 'all'")) {
            browser().get(testHub.uri("/-/health/ready").toString());
            browser().executeScript("""
                    window.events = []; window.texts = []; window.lines = '';
                    const source = new EventSource('/c');
                    source.onmessage = event => events.push(event.data);
                    source.addEventListener('bye', () => events.push('bye'));
                    const socket = new WebSocket(location.origin.replace('http', 'ws') + '/c?as=ndjson');
                    socket.onmessage = event => texts.push(JSON.parse(event.data).data);
                    fetch('/c?as=lines').then(async response => {
                      for await (const text of response.body.pipeThrough(new TextDecoderStream())) lines += text;
                      lines += 'ended';
                    });
                    """);
            awaitSubscribers(testHub, 3);
            assertThat(HubAccess.http(testHub.hub()).openStreams().stream()
                            .map(stream -> stream.wireFormat().displayName()))
                    .containsExactlyInAnyOrder("gzip-sse", "gzip-lines", "deflated-websocket-ndjson");
            texts.forEach(text -> testHub.hub().publish("/c", text));
            await().atMost(ExternalProcess.TIMEOUT).untilAsserted(() -> {
                assertThat(strings("events")).isEqualTo(texts);
                assertThat(strings("texts.filter(text => text !== undefined)")).isEqualTo(texts);
                assertThat(strings("lines.trim().split('\\n')")).isEqualTo(texts);
            });
        }
        await().atMost(ExternalProcess.TIMEOUT)
                .until(() -> Boolean.TRUE.equals(
                        browser().executeScript("return events.at(-1) === 'bye' && lines.endsWith('}\\nended')")));
    }

    @Test
    @DisplayName("H-194 an image of a page, and the icon that Chromium requests by itself, open no stream")
    void image_opensNoStream() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            browser().get(testHub.uri("/-/health/ready").toString());
            Object result = browser().executeAsyncScript("""
                    const done = arguments[0];
                    const image = new Image();
                    image.onerror = () => done('no image');
                    image.src = '/numbers';
                    """);
            assertThat(result).isEqualTo("no image");
            assertThat(testHub.hub().stats().subscribers()).isZero();
        }
    }

    @Test
    @DisplayName(
            "H-195 in Chromium the documented scripts open an EventSource with the cookie, and one with a ticket from an allowed"
                    + " foreign origin")
    void documentedScripts_openEventSources() throws Exception {
        List<String> scripts = documentedScripts();
        HttpServer otherSite = EmptyPage.serve();
        String origin = "http://localhost:" + otherSite.getAddress().getPort();
        List<String> settings = new ArrayList<>(List.of("http.allowed-origins = ['" + origin + "']"));
        for (String setting : pair.settings()) {
            settings.add("http." + setting);
        }
        try (TestHub testHub =
                TestHub.authenticated(TimeSource.system(), BrowserTest::user, settings.toArray(String[]::new))) {
            String hub = "https://127.0.0.1:" + testHub.port();

            // When a page of the hub moves the token into the cookie
            browser().get(hub + "/-/health/ready");
            recordMessages();
            List<String> lines = scripts.getFirst().lines().toList();
            run(hub, lines.get(0) + lines.get(1));

            // Then the EventSource sends it
            assertReceives(testHub, "with the cookie");
            assertThat(browser().executeScript("return document.cookie")).isEqualTo("");

            // When the page ends the session, Then another one is rejected
            run(hub, lines.get(2) + "\nnew EventSource('/room/7');");
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> Boolean.TRUE.equals(
                            browser().executeScript("return window.sources[1].readyState === EventSource.CLOSED")));

            // When a page of another site requests a ticket, Then the EventSource has its grant
            browser().get(origin);
            awaitSubscribers(testHub, 0);
            recordMessages();
            run(hub, scripts.getLast() + "await open();");
            assertReceives(testHub, "with a ticket");
        } finally {
            otherSite.stop(0);
        }
    }

    private static Optional<Principal> user(Credentials credentials) {
        return credentials
                .token()
                .filter("a-token"::equals)
                .map(_ -> Principal.of("user", Grant.of(List.of(), List.of("/room/7"), false)));
    }

    /** Returns the scripts of {@code docs/security.md}. */
    private static List<String> documentedScripts() throws IOException {
        Path docs = Path.of(System.getProperty("ginkgo.root", ".."), "docs", "security.md");
        List<String> scripts = Pattern.compile("(?ms)^```js\n(.*?)^```")
                .matcher(Files.readString(docs))
                .results()
                .map(script -> script.group(1))
                .toList();
        assertThat(scripts).hasSize(2);
        return scripts;
    }

    /** Records the EventSources of the page, and their messages. */
    private void recordMessages() {
        browser().executeScript("""
                window.sources = [];
                window.messages = [];
                window.EventSource = class extends EventSource {
                  constructor(...all) {
                    super(...all);
                    window.sources.push(this);
                    this.addEventListener('message', event => window.messages.push(event.data));
                  }
                };
                """);
    }

    /** Runs a script that may use the variables {@code hub} and {@code token}. */
    private void run(String hub, String script) {
        Object result = browser()
                .executeAsyncScript(
                        "const [hub, token, done] = arguments; (async () => {" + script
                                + "\n})().then(() => done('done'), failure => done(String(failure)));",
                        hub,
                        "a-token");
        assertThat(result).as(script).isEqualTo("done");
    }

    private void assertReceives(TestHub testHub, String text) {
        awaitSubscribers(testHub, 1);
        testHub.hub().publish("/room/7", text);
        await().atMost(ExternalProcess.TIMEOUT)
                .untilAsserted(() -> assertThat(strings("window.messages")).isEqualTo(List.of(text)));
    }

    @Test
    @DisplayName("H-15 H-16 the live view reconnects after a restart of the hub, and shows that messages may be lost")
    void liveView_reconnectsAfterRestart() throws Exception {
        int port;
        try (TestHub testHub = TestHub.start("drain-time = '0s'")) {
            port = testHub.port();
            browser().get(testHub.uri("/numbers").toString());
            awaitSubscribers(testHub, 1);
            publish(testHub, 1, 5);
            awaitShown(1, 5);
        }
        await().atMost(ExternalProcess.TIMEOUT)
                .untilAsserted(() -> assertThat(text("state")).isEqualTo("reconnecting"));

        // When
        try (TestHub testHub = TestHub.withBind("127.0.0.1:" + port)) {
            publish(testHub, 6, 8);
            awaitSubscribers(testHub, 1);
            publish(testHub, 9, 10);

            // Then
            awaitShown(1, 10);
            assertThat(strings("[...document.querySelectorAll('.event pre')].map(e => e.innerText)"))
                    .isEqualTo(List.of("the hub ended the stream", "messages may be lost"));
            assertThat(text("state")).isEqualTo("connected");
            Path screenshot = Path.of("target", "live-view.png");
            Files.write(screenshot, browser().getScreenshotAs(OutputType.BYTES));
        }
    }

    @Test
    @DisplayName(
            "H-62 npm's sse.js, which sends no Accept, resumes in Chromium: with as=sse, or with an id it has stored")
    void sseJs_resumes() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            // Given
            browser().get(testHub.uri("/numbers").toString());
            String library = NodeJs.readPackageFile("sse.js/lib/sse.js");
            browser().executeScript(library.replace("export { SSE };", "window.SSE = SSE;"));
            browser().executeScript("""
                    window.texts = [];
                    window.ids = [];
                    const source = new SSE('/numbers?as=sse', {autoReconnect: true, reconnectDelay: 50});
                    source.addEventListener('message', event => {
                      window.texts.push(event.data);
                      window.ids.push(event.id);
                    });
                    """);
            awaitSubscribers(testHub, 2);
            publish(testHub, 1, 3);
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(() -> assertThat(strings("window.texts")).hasSize(3));

            // When
            HubAccess.http(testHub.hub())
                    .openStreams()
                    .forEach(stream -> stream.connection().close());
            publish(testHub, 4, 6);

            // Then
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(
                            () -> assertThat(strings("window.texts")).isEqualTo(List.of("1", "2", "3", "4", "5", "6")));
            browser().executeScript("""
                    window.later = [];
                    const source = new SSE('/numbers', {headers: {'Last-Event-ID': window.ids[3]}});
                    source.addEventListener('message', event => window.later.push(event.data));
                    """);
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(() -> assertThat(strings("window.later")).isEqualTo(List.of("5", "6")));
        }
    }

    private static void awaitSubscribers(TestHub testHub, int count) {
        await().atMost(ExternalProcess.TIMEOUT)
                .until(() -> testHub.hub().stats().subscribers() == count);
    }

    private static void publish(TestHub testHub, int first, int last) throws Exception {
        for (int i = first; i <= last; i++) {
            testHub.post("/numbers", Integer.toString(i));
        }
    }

    private void awaitShown(int first, int last) {
        List<String> numbers =
                IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
        await().atMost(ExternalProcess.TIMEOUT)
                .untilAsserted(() -> assertThat(
                                strings("[...document.querySelectorAll('.message pre')].map(e => e.innerText)"))
                        .isEqualTo(numbers));
    }

    private String text(String id) {
        return String.valueOf(browser().executeScript("return document.getElementById(arguments[0]).innerText", id));
    }

    private List<?> strings(String expression) {
        return (List<?>) requireNonNull(browser().executeScript("return " + expression));
    }
}
