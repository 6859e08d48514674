package dev.ginkgo.run.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs the sessions of docs/operations.md line by line; … matches any text. */
class OperationsManualTest {
    private static final Path ROOT = Path.of(System.getProperty("ginkgo.root", ".."));
    private static final Pattern SESSION = Pattern.compile("(?ms)^```console\n(.*?)^```");

    @TempDir
    private Path folder = Path.of("");

    private TestShell shell = new TestShell(folder);

    @BeforeEach
    void createShell() throws IOException {
        shell = new TestShell(folder);
        shell.write("HelloWorld.java", Files.readString(ROOT.resolve("examples/HelloWorld.java")));
    }

    @AfterEach
    void closeShell() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName("the sessions in the operations manual print the documented output")
    void printsDocumentedOutput() throws Exception {
        Matcher session = SESSION.matcher(Files.readString(ROOT.resolve("docs/operations.md")));
        int lines = 0;
        while (session.find()) {
            for (List<String> step : steps(session.group(1))) {
                String command = step.getFirst().substring(2);
                TestShell.Result result = shell.execute(command + " 2>&1");
                assertThat(result.out()).as("%s", result).matches(pattern(step.subList(1, step.size())));
                lines++;
            }
        }
        assertThat(lines).isGreaterThan(10);
    }

    private static List<List<String>> steps(String session) {
        List<List<String>> steps = new ArrayList<>();
        session.lines().forEach(line -> {
            if (line.startsWith("$ ")) {
                steps.add(new ArrayList<>());
            }
            steps.getLast().add(line);
        });
        return steps;
    }

    private static String pattern(List<String> expected) {
        return expected.stream()
                .map(line -> Stream.of(line.split("…", -1)).map(Pattern::quote).collect(joining(".*")) + "\n")
                .collect(joining());
    }
}
