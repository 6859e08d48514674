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

/** What {@code docs/http.md} says is so. */
class HttpDocumentationTest {
    private static final Pattern EXAMPLE = Pattern.compile("```console\n\\$ (curl [^\n]*)\n(.*?)```", Pattern.DOTALL);

    private final String docs = docs();

    @TempDir
    Path folder = Path.of("");

    /** An example that runs until it is ended. */
    private record Running(Process process, Path output, String expected) {}

    @Test
    @DisplayName("each curl line of the docs does what the docs say")
    void examples() throws Exception {
        List<Running> streams = new ArrayList<>();
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
                    streams.add(new Running(process, output, example.group(2)));
                    await().until(() -> testHub.hub().stats().subscribers() == streams.size());
                } else {
                    assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
                    assertThat(generic(output).strip())
                            .as(command)
                            .isEqualTo(example.group(2).strip());
                }
            }
            assertThat(count).isGreaterThan(8);
            for (Running each : streams) {
                await().untilAsserted(() -> assertThat(generic(each.output)).startsWith(each.expected));
            }
        } finally {
            streams.forEach(each -> each.process.destroyForcibly());
        }
    }

    @Test
    @DisplayName("each problem stands in the docs with its status and its code, and so does each setting")
    void tables() {
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

    /** Each row of the table of problems: {@code 400 bad-request}. */
    static List<String> refusals() {
        return Pattern.compile("(?m)^\\| (\\d{3}) \\| `([a-z-]+)` \\| \\S.* \\|$")
                .matcher(docs())
                .results()
                .map(row -> row.group(1) + " " + row.group(2))
                .toList();
    }

    /** Ids are others each time. */
    private static String generic(Path output) throws IOException {
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
