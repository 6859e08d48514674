package dev.ginkgo.hub.testing;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.openqa.selenium.By;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.StaleElementReferenceException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.WindowType;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/** Headless Chromium for one test, or for several that use it one after another. It can connect to this machine only. */
public final class Chromium implements AutoCloseable {
    private static final Duration TIMEOUT = ExternalProcess.TIMEOUT;

    private final Path profile = Files.createTempDirectory("chromium");
    private final ChromeDriver driver;

    /**
     * Starts the browser.
     *
     * @param arguments further arguments of its command line
     */
    public Chromium(String... arguments) throws IOException {
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
                "--disable-features=BackForwardCache", // a page that is left closes its streams at once
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--no-proxy-server",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
                "--user-data-dir=" + profile);
        options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
        driver = new ChromeDriver(
                new ChromeDriverService.Builder()
                        .usingDriverExecutable(new File("/usr/bin/chromedriver"))
                        .usingAnyFreePort()
                        .build(),
                options);
        driver.manage().timeouts().scriptTimeout(TIMEOUT);
    }

    public ChromeDriver driver() {
        return driver;
    }

    /** Begins another test: opens a new tab with the settings of a new browser, and closes the previous one. */
    public void beginTest() {
        driver.executeCdpCommand("Network.clearBrowserCookies", Map.of());
        String previous = driver.getWindowHandle();
        String next = driver.switchTo().newWindow(WindowType.TAB).getWindowHandle();
        driver.switchTo().window(previous).close();
        driver.switchTo().window(next);
        consoleMessages(); // discards those of the previous test
    }

    /** Leaves the page, which ends its streams, so that a hub that stops does not wait for them. */
    public void leavePage() {
        driver.get("about:blank");
    }

    /** Sets the size of the window and the colour scheme, {@code light} or {@code dark}. */
    public void window(int width, int height, String scheme) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", scheme))));
    }

    /** Waits until the text of the page contains something. */
    public void awaitText(String text) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(text()).contains(text));
    }

    /** Waits until the text of the first element of a selector contains something. */
    public void awaitText(String selector, String text) {
        await().atMost(TIMEOUT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(find(selector).getText()).contains(text));
    }

    /** Returns the visible text of the page. */
    public String text() {
        return String.valueOf(driver.executeScript("return document.body.innerText"));
    }

    public WebElement find(String selector) {
        return driver.findElement(By.cssSelector(selector));
    }

    /** Waits for a button with the given text, and clicks it. */
    public void click(String button) {
        await().atMost(TIMEOUT)
                .ignoreException(StaleElementReferenceException.class)
                .until(() -> driver.findElements(By.cssSelector("button")).stream()
                        .filter(each -> each.getText().equals(button) && each.isEnabled())
                        .findFirst()
                        .map(each -> {
                            each.click();
                            return true;
                        })
                        .orElse(false));
    }

    /** Checks the page with axe-core, and returns the violations. */
    public List<?> accessibilityViolations() throws IOException {
        try (InputStream axe = getClass().getResourceAsStream("/axe.min.js")) {
            driver.executeScript(new String(requireNonNull(axe).readAllBytes(), StandardCharsets.UTF_8));
        }
        return (List<?>) requireNonNull(driver.executeAsyncScript("""
                const done = arguments[arguments.length - 1];
                axe.run().then(found => done(found.violations.map(
                    each => each.id + ' (' + each.help + '): ' + each.nodes.map(node => node.html).join(' '))));
                """));
    }

    /** Returns by how many pixels the page is wider than the window. */
    public long overflow() {
        return ((Number) requireNonNull(
                        driver.executeScript("return document.documentElement.scrollWidth - innerWidth")))
                .longValue();
    }

    /** Returns the browser's console messages since the last call: errors, and violations of the security policy. */
    public List<String> consoleMessages() {
        return driver.manage().logs().get("browser").getAll().stream()
                .map(Object::toString)
                .toList();
    }

    /** Writes a screenshot into the folder {@code target} of the module. */
    public void screenshot(String name) throws IOException {
        Files.write(Path.of("target", name + ".png"), driver.getScreenshotAs(OutputType.BYTES));
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
