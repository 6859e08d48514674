import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** A headless Chromium for one test. It can connect only to this machine. */
final class Browser implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private final Path profile = Files.createTempDirectory("browser");
    private final ChromeDriver driver;

    Browser() throws IOException {
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE 127.0.0.2, EXCLUDE localhost",
                "--window-size=1100,900",
                "--user-data-dir=" + profile);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .build();
        driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(Duration.ofSeconds(20));
    }

    void open(URI url) {
        driver.get(url.toString());
    }

    /** Returns the text of an element. */
    String text(String id) {
        return String.valueOf(run("return document.getElementById(arguments[0]).innerText", id));
    }

    Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    /** Runs a script that passes its result to the function in its last argument. */
    Object await(String script, Object... arguments) {
        return driver.executeAsyncScript(script, arguments);
    }

    /** Runs a script in each page that is opened from now on, before those of the page. */
    void runInEachPage(String script) {
        driver.executeCdpCommand("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
    }

    /** Collects garbage, and returns how many bytes of memory the scripts of the page use. */
    long usedHeap() {
        driver.executeCdpCommand("HeapProfiler.collectGarbage", Map.of());
        return ((Number) requireNonNull(driver.executeCdpCommand("Runtime.getHeapUsage", Map.of())
                        .get("usedSize")))
                .longValue();
    }

    /** Sets the size of the window and the colour scheme, {@code light} or {@code dark}. */
    void window(int width, int height, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Waits until the text of an element contains something. */
    void awaitText(String selector, String text) {
        Awaitility.await()
                .atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(String.valueOf(run(
                                "return [...document.querySelectorAll(arguments[0])].map(e => e.innerText).join('\\n')",
                                selector)))
                        .contains(text));
    }

    /** Waits for an element, and sends keys to it. */
    void press(String selector, CharSequence... keys) {
        Awaitility.await().atMost(TIMEOUT).ignoreExceptions().until(() -> {
            driver.findElement(By.cssSelector(selector)).sendKeys(keys);
            return true;
        });
    }

    /** Waits for a button with the given text, and clicks it. */
    void click(String button) {
        Awaitility.await().atMost(TIMEOUT).until(() -> Boolean.TRUE.equals(run("""
                const found = [...document.querySelectorAll('button')]
                    .find(each => each.innerText.trim() === arguments[0] && !each.disabled);
                found?.click();
                return Boolean(found);
                """, button)));
    }

    /** Checks the page with axe-core, and returns the violations. */
    List<?> accessibilityViolations() throws IOException {
        try (InputStream axe = requireNonNull(Browser.class.getResourceAsStream("/axe.min.js"))) {
            run(new String(axe.readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<?>) await("""
                const done = arguments[arguments.length - 1];
                axe.run().then(found => done(found.violations.map(
                    each => each.id + ' (' + each.help + '): ' + each.nodes.map(node => node.html).join(' '))));
                """);
    }

    /** Returns by how many pixels the page is wider than the window. */
    long overflow() {
        return ((Number) run("return document.documentElement.scrollWidth - innerWidth")).longValue();
    }

    /** Returns the browser's console messages. */
    List<String> consoleMessages() {
        return driver.manage().logs().get("browser").getAll().stream()
                .map(Object::toString)
                .toList();
    }

    void screenshot(Path file) throws IOException {
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, driver.getScreenshotAs(OutputType.BYTES));
    }

    @Override
    public void close() throws IOException {
        driver.quit();
        try (Stream<Path> files = Files.walk(profile, new FileVisitOption[0])) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
