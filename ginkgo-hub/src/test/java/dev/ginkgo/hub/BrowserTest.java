package dev.ginkgo.hub;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A real browser before the hub's page. */
class BrowserTest {
    @TempDir
    private Path profile = Path.of("");

    @Test
    @DisplayName("in Chromium the page, an EventSource and a WebSocket of its origin see the same messages")
    void sameNumbers() throws Exception {
        try (Front front = Front.start()) {
            ChromeDriver browser = browser();
            try {
                browser.get(front.uri("/numbers").toString());
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
                await().atMost(Spawned.PATIENCE).until(() -> front.hub().stats().readers() == 3);

                // When
                List<String> numbers = IntStream.rangeClosed(1, 100)
                        .mapToObj(Integer::toString)
                        .toList();
                for (String number : numbers) {
                    front.post("/numbers", number);
                }

                // Then
                await().atMost(Spawned.PATIENCE).untilAsserted(() -> {
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
            await().atMost(Spawned.PATIENCE).until(() -> front.hub().stats().readers() == 0);
        }
    }

    private static List<?> strings(ChromeDriver browser, String expression) {
        return (List<?>) requireNonNull(browser.executeScript("return " + expression));
    }

    /** It reaches this machine and nothing else. */
    private ChromeDriver browser() {
        ChromeOptions options = new ChromeOptions();
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
