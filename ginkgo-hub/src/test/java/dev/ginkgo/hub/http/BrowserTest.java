package dev.ginkgo.hub.http;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.NodeJs;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.hub.testing.TestHub;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** The hub's live view, and clients of third parties, in a real browser. */
class BrowserTest {
    @TempDir
    private Path profile = Path.of("");

    @Test
    @DisplayName("in Chromium the live view, an EventSource and a WebSocket receive the same messages")
    void liveViewEventSourceAndWebSocket_receiveSameMessages() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            ChromeDriver browser = browser();
            try {
                browser.get(testHub.uri("/numbers").toString());
                browser.executeScript("""
                        window.events = [];
                        window.texts = [];
                        const source = new EventSource(location.pathname);
                        source.onmessage = event => window.events.push(event.data);
                        const socket = new WebSocket(location.href.replace('http', 'ws'));
                        socket.onmessage = event => {
                          if (!event.data.startsWith('\\u001e')) window.texts.push(event.data);
                        };
                        """);
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> testHub.hub().stats().subscribers() == 3);

                // When
                List<String> numbers = IntStream.rangeClosed(1, 100)
                        .mapToObj(Integer::toString)
                        .toList();
                for (String number : numbers) {
                    testHub.post("/numbers", number);
                }

                // Then
                await().atMost(ExternalProcess.TIMEOUT).untilAsserted(() -> {
                    assertThat(strings(browser, "[...document.querySelectorAll('.message pre')].map(e => e.innerText)"))
                            .isEqualTo(numbers);
                    assertThat(strings(browser, "window.events")).isEqualTo(numbers);
                    assertThat(strings(browser, "window.texts")).isEqualTo(numbers);
                });
                assertThat(browser.getTitle()).isEqualTo("/numbers");
                assertThat(browser.executeScript("return document.getElementById('state').textContent"))
                        .isEqualTo("connected");
            } finally {
                browser.quit();
            }
            await().atMost(ExternalProcess.TIMEOUT)
                    .until(() -> testHub.hub().stats().subscribers() == 0);
        }
    }

    @Test
    @DisplayName("H-106 Chromium opens 20 EventSources of one origin over HTTP/2 and TLS, and all receive each message")
    void twentyEventSources_overHttp2(@TempDir Path files) throws Exception {
        TestCertificates.Pair pair = new TestCertificates(files).localhost("server");
        String spki = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256")
                        .digest(pair.read().getPublicKey().getEncoded()));
        try (TestHub testHub = TestHub.start(pair.settings())) {
            ChromeDriver browser = browser("--ignore-certificate-errors-spki-list=" + spki);
            try {
                browser.get("https://127.0.0.1:" + testHub.port() + "/-/health/ready");
                browser.executeScript("""
                        window.received = Array.from({length: 20}, () => []);
                        for (const texts of window.received) {
                          new EventSource('/numbers').onmessage = event => texts.push(event.data);
                        }
                        """);
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> HubAccess.http(testHub.hub()).openStreams().stream()
                                        .filter(stream ->
                                                stream.selector().toString().equals("/numbers"))
                                        .count()
                                == 20);

                // When
                testHub.hub().publish("/numbers", "one");
                testHub.hub().publish("/numbers", "two");

                // Then
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> Boolean.TRUE.equals(browser.executeScript(
                                "return window.received.every(texts => texts.join() === 'one,two')")));
                assertThat(browser.executeScript(
                                "return performance.getEntriesByType('navigation')[0].nextHopProtocol"))
                        .isEqualTo("h2");
            } finally {
                browser.quit();
            }
        }
    }

    @Test
    @DisplayName("H-15 H-16 the live view reconnects after a restart of the hub, and shows that messages may be lost")
    void liveView_reconnectsAfterRestart() throws Exception {
        ChromeDriver browser = browser();
        try {
            int port;
            try (TestHub testHub = TestHub.start("drain-time = '0s'")) {
                port = testHub.port();
                browser.get(testHub.uri("/numbers").toString());
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> testHub.hub().stats().subscribers() == 1);
                publish(testHub, 1, 5);
                awaitShown(browser, 1, 5);
            }
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(() -> assertThat(text(browser, "state")).isEqualTo("reconnecting"));

            // When
            try (TestHub testHub = TestHub.withBind("127.0.0.1:" + port)) {
                publish(testHub, 6, 8);
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> testHub.hub().stats().subscribers() == 1);
                publish(testHub, 9, 10);

                // Then
                awaitShown(browser, 1, 10);
                assertThat(strings(browser, "[...document.querySelectorAll('.event pre')].map(e => e.innerText)"))
                        .isEqualTo(List.of("the hub ended the stream", "messages may be lost"));
                assertThat(text(browser, "state")).isEqualTo("connected");
                Path screenshot = Path.of("target", "live-view.png");
                Files.write(screenshot, browser.getScreenshotAs(OutputType.BYTES));
            }
        } finally {
            browser.quit();
        }
    }

    @Test
    @DisplayName(
            "H-62 npm's sse.js, which sends no Accept, resumes in Chromium: with as=sse, or with an id it has stored")
    void sseJs_resumes() throws Exception {
        try (TestHub testHub = TestHub.start()) {
            ChromeDriver browser = browser();
            try {
                // Given
                browser.get(testHub.uri("/numbers").toString());
                String library = NodeJs.readPackageFile("sse.js/lib/sse.js");
                browser.executeScript(library.replace("export { SSE };", "window.SSE = SSE;"));
                browser.executeScript("""
                        window.texts = [];
                        window.ids = [];
                        const source = new SSE('/numbers?as=sse', {autoReconnect: true, reconnectDelay: 50});
                        source.addEventListener('message', event => {
                          window.texts.push(event.data);
                          window.ids.push(event.id);
                        });
                        """);
                await().atMost(ExternalProcess.TIMEOUT)
                        .until(() -> testHub.hub().stats().subscribers() == 2);
                publish(testHub, 1, 3);
                await().atMost(ExternalProcess.TIMEOUT)
                        .untilAsserted(() ->
                                assertThat(strings(browser, "window.texts")).hasSize(3));

                // When
                HubAccess.http(testHub.hub())
                        .openStreams()
                        .forEach(stream -> stream.connection().close().syncUninterruptibly());
                publish(testHub, 4, 6);

                // Then
                await().atMost(ExternalProcess.TIMEOUT)
                        .untilAsserted(() -> assertThat(strings(browser, "window.texts"))
                                .isEqualTo(List.of("1", "2", "3", "4", "5", "6")));
                browser.executeScript("""
                        window.later = [];
                        const source = new SSE('/numbers', {headers: {'Last-Event-ID': window.ids[3]}});
                        source.addEventListener('message', event => window.later.push(event.data));
                        """);
                await().atMost(ExternalProcess.TIMEOUT)
                        .untilAsserted(() ->
                                assertThat(strings(browser, "window.later")).isEqualTo(List.of("5", "6")));
            } finally {
                browser.quit();
            }
        }
    }

    private static void publish(TestHub testHub, int first, int last) throws Exception {
        for (int i = first; i <= last; i++) {
            testHub.post("/numbers", Integer.toString(i));
        }
    }

    private static void awaitShown(ChromeDriver browser, int first, int last) {
        List<String> numbers =
                IntStream.rangeClosed(first, last).mapToObj(Integer::toString).toList();
        await().atMost(ExternalProcess.TIMEOUT)
                .untilAsserted(() -> assertThat(strings(
                                browser, "[...document.querySelectorAll('.message pre')].map(e => e.innerText)"))
                        .isEqualTo(numbers));
    }

    private static String text(ChromeDriver browser, String id) {
        return String.valueOf(browser.executeScript("return document.getElementById(arguments[0]).innerText", id));
    }

    private static List<?> strings(ChromeDriver browser, String expression) {
        return (List<?>) requireNonNull(browser.executeScript("return " + expression));
    }

    /** Starts a browser that can connect to this machine only. */
    private ChromeDriver browser(String... arguments) {
        ChromeOptions options = new ChromeOptions();
        options.addArguments(arguments);
        options.setBinary("/usr/bin/chromium");
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--no-proxy-server",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                "--user-data-dir=" + profile);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                .usingAnyFreePort()
                .build();
        return new ChromeDriver(service, options);
    }
}
