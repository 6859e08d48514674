package dev.ginkgo.run.console;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.run.output.JsonText;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringReader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A console session, with the loop that reads the lines. */
class ConsoleSessionTest {
    private final ConsoleSession session = new ConsoleSession(new Idle(), ConsoleSessionTest.class.getClassLoader(), 1);
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ConsoleLoop loop = new ConsoleLoop(
            request -> session.handle(JsonText.read(JsonText.write(request))), new PrintStream(out, true, UTF_8));

    ConsoleSessionTest() throws IOException {}

    static final class Idle extends Service {}

    @AfterEach
    void close() {
        session.close();
    }

    @Test
    @DisplayName("R-63 /help prints help, /exit ends the session, another word after a slash is an unknown command")
    void runsCommands() throws IOException {
        run("/help\n/hlep\n1 + 1 // a comment\n/* another */ 2 + 2\n/exit\n3 + 3\n");
        assertThat(output())
                .contains(
                        "Type Java",
                        "/exit, Ctrl-D",
                        "unknown command /hlep; /help lists the commands",
                        "==> 2",
                        "==> 4")
                .doesNotContain("==> 6");
    }

    @Test
    @DisplayName("R-63 the input is completed from the snippet before the cursor, also in a snippet of several lines")
    void completesInput() throws IOException {
        ConsolePrompt.Proposals proposals = loop.complete("root.sta(1)", 8);
        assertThat(proposals.anchor()).isEqualTo(5);
        assertThat(proposals.texts()).contains("start()", "status()").doesNotContain("stop()");
        assertThat(loop.complete("no.such", 7).texts()).isEmpty();

        run("{ String text = root.toString();\n");
        ConsolePrompt.Proposals continued = loop.complete("  text.leng", 11);
        assertThat(continued.anchor()).isEqualTo(7);
        assertThat(continued.texts()).containsExactly("length()");
    }

    private void run(String input) throws IOException {
        loop.run(ConsolePrompt.of(new BufferedReader(new StringReader(input))));
    }

    private String output() {
        return out.toString(UTF_8);
    }
}
