package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.SettingInfo;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Checks the examples and tables of {@code docs/http.md}. */
class HttpDocumentationTest {
    private static final Pattern EXAMPLE = Pattern.compile("```console\n\\$ (curl [^\n]*)\n(.*?)```", Pattern.DOTALL);

    private final String docs = docs();

    @TempDir
    Path folder = Path.of("");

    /** Process of an example that does not end by itself. */
    private record RunningExample(Process process, Path output, String expected) {}

    @Test
    @DisplayName("each curl example in the documentation has the documented output")
    void curlExamples_haveDocumentedOutput() throws Exception {
        List<RunningExample> streams = new ArrayList<>();
        try (TestHub testHub = TestHub.start()) {
            Matcher example = EXAMPLE.matcher(docs);
            int count = 0;
            while (example.find()) {
                count++;
                String command = example.group(1);
                Path output = folder.resolve("example-" + count);
                Process process = new ProcessBuilder(
                                "sh", "-c", "exec " + command.replace("localhost:8088", "localhost:" + testHub.port()))
                        .redirectOutput(output.toFile())
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                if (command.startsWith("curl -N ")) {
                    streams.add(new RunningExample(process, output, example.group(2)));
                    await().until(() -> testHub.hub().stats().subscribers() == streams.size());
                } else {
                    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
                    assertThat(maskIds(output)
                                    .replace("localhost:" + testHub.port(), "localhost:8088")
                                    .strip())
                            .as(command)
                            .isEqualTo(example.group(2).strip());
                }
            }
            assertThat(count).isGreaterThan(8);
            for (RunningExample each : streams) {
                await().untilAsserted(() -> assertThat(maskIds(each.output)).startsWith(each.expected));
            }
        } finally {
            streams.forEach(each -> each.process.destroyForcibly());
        }
    }

    @Test
    @DisplayName("the documentation lists each problem with its status and code, and each setting")
    void documentation_listsProblemsAndSettings() {
        for (ProblemType problemType : ProblemType.values()) {
            assertThat(docs).contains("| " + problemType.status() + " | `" + problemType.code() + "` |");
        }
        try (TestHub testHub = TestHub.start()) {
            List<String> keys = testHub.tree().ginkgo().settings().stream()
                    .map(SettingInfo::fullKey)
                    .filter(key -> key.startsWith("http."))
                    .toList();
            assertThat(keys).hasSizeGreaterThan(10);
            keys.forEach(key -> assertThat(docs).contains("| `" + key.substring("http.".length()) + "` |"));
        }
    }

    /** Returns the rows of the table of problems, such as {@code 400 bad-request}. */
    static List<String> problems() {
        return Pattern.compile("(?m)^\\| (\\d{3}) \\| `([a-z-]+)` \\| \\S.* \\|$")
                .matcher(docs())
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();
    }

    /** Reads an output, and replaces ids, which differ from run to run. */
    private static String maskIds(Path output) throws IOException {
        return Files.readString(output)
                .replaceAll("\"id\":\"[^\"]+\"", "\"id\":\"…\"")
                .replace("\u001e", "U+001E")
                .replaceAll("(?m)^id: .+$", "id: …");
    }

    private static String docs() {
        try {
            return Files.readString(Path.of(System.getProperty("ginkgo.root", ".."), "docs", "http.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
