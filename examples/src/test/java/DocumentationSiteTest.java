import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.SimpleFileServer;
import com.sun.net.httpserver.SimpleFileServer.OutputLevel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Renders the documentation as a site, which checks its links, and opens it in a browser without a network. */
@Tag("long")
class DocumentationSiteTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final List<String> PAGES =
            List.of("index", "docs/index", "docs/tutorial", "docs/http", "docs/guides/settings", "docs/results/index");
    private static final Path SITE = ROOT.resolve(Path.of("target", "site"));

    @Test
    @DisplayName("C-50 one command renders the documentation as a site without dead links, whose pages pass axe-core,"
            + " dark and light, and fit into 390 pixels; it has a search, and needs no other server")
    void siteIsRendered() throws Exception {
        // When the site is rendered, then the command finds no dead link
        build();

        HttpServer server = SimpleFileServer.createFileServer(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), SITE, OutputLevel.NONE);
        server.start();
        try (Browser browser = new Browser()) {
            URI site = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/");
            List<String> problems = new ArrayList<>();
            for (String page : PAGES) {
                for (boolean wide : new boolean[] {true, false}) {
                    // When a page is shown, wide and dark, then narrow and light
                    browser.window(wide ? 1200 : 390, 900, wide ? "dark" : "light");
                    browser.open(site.resolve(page + ".html"));
                    browser.awaitText("main h1", "");

                    // Then it has no violation, and needs no horizontal scrolling
                    String description = page.replaceAll("\\W+", "-") + (wide ? "-wide" : "-narrow");
                    browser.screenshot(Path.of("target", "site", description + ".png"));
                    browser.accessibilityViolations().forEach(each -> problems.add(description + ": " + each));
                    if (browser.overflow() > 0) {
                        problems.add(description + " is wider than the window");
                    }
                }
            }

            assertThat(problems).isEmpty();

            // When a term is searched for with the keyboard, then its section is found
            browser.window(1200, 900, "light");
            browser.open(site);
            browser.press(".DocSearch-Button", Keys.ENTER);
            browser.press("#localsearch-input", "lease remaining");
            browser.awaitText("#localsearch-list", "Clusters");
            browser.screenshot(Path.of("target", "site", "search.png"));
            browser.press("#localsearch-input", Keys.ENTER);
            browser.awaitText("main", "lease");

            // And everything came from this server
            assertThat(browser.run(
                            "return performance.getEntriesByType('resource').map(each => new URL(each.name).host)"
                                    + ".filter(each => each !== location.host)"))
                    .isEqualTo(List.of());
            assertThat(browser.consoleMessages()).isEmpty();
        } finally {
            server.stop(0);
        }
    }

    private static void build() throws Exception {
        Process build = new ProcessBuilder(
                        ROOT.resolve(Path.of("site", "build")).toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(build.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(build.waitFor()).as(output).isZero();
        assertThat(output).contains("Successfully scanned");
    }
}
