import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Message;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NumberGatewayTest {
    private static final int ENOUGH = 20;

    private final NumberServer server = new NumberServer();
    private final NumberGateway gateway = new NumberGateway();
    private final Ginkgo serving = Ginkgo.start(server, "bind = '127.0.0.1:0'\nrate-per-minute = 3_000");
    private final List<String> published = new CopyOnWriteArrayList<>();
    private Ginkgo running;

    @BeforeEach
    void start() {
        running = Ginkgo.start(gateway, settings(server.tcp.address().toString(), "127.0.0.1:0", ""));
    }

    static String settings(String numbers, String bind, String more) {
        return """
                numbers.server = "%s"
                announcer.every = "200ms"
                [hub.http]
                bind = "%s"
                page = "%s"
                %s
                """.formatted(numbers, bind, Path.of("page").toAbsolutePath(), more);
    }

    @AfterEach
    void stop() {
        running.close();
        serving.close();
    }

    private String url(String path) {
        return gateway.hub.url().orElseThrow() + path;
    }

    @Test
    @DisplayName(
            "G-05 G-06 C-54 the page shows numbers, members, leader, epoch and announcements live; it passes axe-core,"
                    + " and links to the dashboard of the node that it is connected to")
    void pageShowsLiveData() throws Exception {
        try (Browser browser = new Browser()) {
            // When
            browser.open(gateway.hub.url().orElseThrow());

            // Then
            await().until(() -> count(browser, "received") > ENOUGH);
            int before = count(browser, "received");
            await().until(() -> count(browser, "received") > before + ENOUGH);
            assertThat(Integer.parseInt(browser.text("number"))).isBetween(0, 10);
            assertThat(Double.parseDouble(browser.text("rate"))).isPositive();
            assertThat(browser.text("lost")).isEqualTo("0");
            assertThat(browser.text("connection")).startsWith("live from 127.0.0.1:");
            await().untilAsserted(() -> assertThat(browser.text("leader")).isEqualTo("127.0.0.1:4440"));
            assertThat(browser.text("epoch")).isEqualTo("1");
            await().untilAsserted(() ->
                    assertThat(browser.text("members")).matches("127.0.0.1:4440\t[\\d.]+\t[\\d.]+\t\\d+"));
            assertThat(browser.text("turns"))
                    .containsPattern("127.0.0.1:4440 has delivered \\d+ messages to \\d+ subscribers");
            assertThat(browser.text("events"))
                    .contains(
                            "connected to 127.0.0.1:",
                            "127.0.0.1:4440 is a member",
                            "127.0.0.1:4440 is the leader, epoch 1");
            assertThat(browser.run("return document.querySelectorAll('tr.leads.reads').length"))
                    .isEqualTo(1L);
            assertThat(browser.run("return document.getElementById('dashboard').href"))
                    .isEqualTo(url("/-/dashboard"));
            assertThat(browser.consoleMessages()).isEmpty();

            // And each command that the page shows works with this gateway
            List<String> commands = ((List<?>) requireNonNull(browser.run("""
                    return [...document.querySelectorAll('#commands code')].map(code => code.innerText)
                    """)))
                    .stream().map(String::valueOf).toList();
            assertThat(commands).hasSize(6);
            List<String> firstLines =
                    commands.stream().map(NumberGatewayTest::firstLine).toList();
            assertThat(firstLines.get(0)).matches("\\d+");
            assertThat(firstLines.get(1)).contains("\"event\":\"start\"");
            assertThat(firstLines.get(2)).isEqualTo("event: start");
            assertThat(firstLines.get(3)).contains("\"event\":\"start\"");
            assertThat(firstLines.get(4)).contains("\"channel\":\"/hello\"");
            assertThat(firstLines.get(5)).contains("\"event\":\"start\",\"recovered\":true");

            // And the page passes axe-core, wide and light, narrow and dark
            for (boolean wide : new boolean[] {true, false}) {
                browser.window(wide ? 1100 : 390, 900, wide ? "light" : "dark");
                await().until(() -> browser.overflow() <= 0);
                browser.screenshot(Path.of("target", wide ? "gateway.png" : "gateway-narrow.png"));
                assertThat(browser.accessibilityViolations()).isEmpty();
            }
        }
    }

    private static String firstLine(String command) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", "exec " + command + " -sS --max-time 10").start();
            try (BufferedReader lines = shell.inputReader(UTF_8)) {
                return String.valueOf(lines.readLine());
            } finally {
                shell.destroy();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @DisplayName("G-06 line streams, event streams, WebSockets and Java subscriptions receive the same numbers")
    void deliversTheSameNumbers_inEveryFormat() throws Exception {
        try (Subscription all = gateway.hub.subscribe("/numbers");
                Browser browser = new Browser();
                Curl lines = new Curl(url("/numbers"));
                Curl events = new Curl("-H", "Accept: text/event-stream", url("/numbers"))) {
            Thread reader = Thread.ofVirtual().start(() -> {
                for (Message message : all) {
                    published.add(message.text());
                }
            });
            browser.open(gateway.hub.url().orElseThrow());

            // When
            List<String> fromLines = lines.take(ENOUGH, line -> line);
            List<String> fromEvents =
                    events.take(ENOUGH, line -> line.matches("data: \\d+") ? line.substring("data: ".length()) : "");
            Object fromEventSource = browser.await("""
                    const [count, done] = arguments;
                    const got = [];
                    const source = new EventSource('/numbers');
                    source.onmessage = event => {
                      if (got.push(event.data) === count) { source.close(); done(got); }
                    };
                    """, ENOUGH);
            Object fromWebSocket = browser.await("""
                    const [count, done] = arguments;
                    const got = [];
                    const socket = new WebSocket(`ws://${location.host}/numbers`);
                    socket.onmessage = event => {
                      if (event.data.startsWith('\\x1e')) return;
                      if (got.push(event.data) === count) { socket.close(); done(got); }
                    };
                    """, ENOUGH);

            // Then
            for (Object got : List.of(fromLines, fromEvents, fromEventSource, fromWebSocket)) {
                await().untilAsserted(
                                () -> assertThat(Collections.indexOfSubList(List.copyOf(published), (List<?>) got))
                                        .as("position of %s in %s", got, published)
                                        .isNotNegative());
            }
            reader.interrupt();
            reader.join();
        }
    }

    @Test
    @DisplayName("G-04 while the number server is unreachable the gateway keeps serving, and the numbers resume"
            + " automatically")
    void servesWithoutNumbers_untilTheServerIsBack() throws Exception {
        Address before = server.tcp.address();
        try (Curl announcements = new Curl(url("/announcements"));
                Curl numbers = new Curl(url("/numbers"))) {
            numbers.take(1, line -> line);

            // When
            serving.stop();

            // Then
            announcements.take(2, line -> line);
            assertThat(running.status().notReady()).isNotEmpty();

            // And when the server is back
            try (Ginkgo again = Ginkgo.start(new NumberServer(), "bind = '" + before + "'\nrate-per-minute = 3_000")) {
                numbers.take(ENOUGH, line -> line);
                await().until(() -> running.status().ready());
                again.stop();
            }
        }
    }

    private static int count(Browser browser, String id) {
        return Integer.parseInt(browser.text(id));
    }

    /** Runs {@code curl -N}. */
    private static final class Curl implements AutoCloseable {
        private final Process process;
        private final BufferedReader lines;

        Curl(String... arguments) throws IOException {
            List<String> command = new ArrayList<>(List.of("curl", "-sSN", "--max-time", "30"));
            command.addAll(List.of(arguments));
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
            lines = process.inputReader(UTF_8);
        }

        /** Returns the next messages; lines for which {@code message} returns an empty string are skipped. */
        List<String> take(int count, java.util.function.UnaryOperator<String> message) {
            return Stream.generate(this::line)
                    .map(message)
                    .filter(text -> !text.isEmpty())
                    .limit(count)
                    .toList();
        }

        private String line() {
            try {
                String line = lines.readLine();
                if (line == null) {
                    throw new AssertionError("curl has ended");
                }
                return line;
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public void close() {
            process.destroy();
        }
    }
}
