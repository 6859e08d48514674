package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ginkgo console}: a JShell inside a daemon. */
class ConsoleCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private TestShell testShell = new TestShell(folder);

    @BeforeEach
    void createShell() throws IOException {
        testShell = new TestShell(folder);
        testShell.write("Idle.java", "class Idle extends dev.ginkgo.Service {}");
    }

    @AfterEach
    void closeShell() throws IOException {
        testShell.close();
    }

    @Test
    @DisplayName("R-23 a console runs snippets inside the process; the variable root is the root service")
    void runsSnippets() throws Exception {
        long pid = testShell
                .execute("ginkgo start Idle.java --set ginkgo.console=true")
                .hasExitCode(0)
                .pid();
        testShell.write("snippets", """
                ProcessHandle.current().pid()
                root.status().path() + " is " + root.status().state()
                int twice(int x) {
                    return 2 * x;
                }
                twice(21)
                no such thing
                root.status().children().get(7)
                System.out.println("printed")
                root.getClass().getSimpleName()
                /exit
                twice(1)
                """);
        TestShell.Result result =
                testShell.execute("ginkgo console Idle <snippets").hasExitCode(0);
        result.printsOut(
                "==> " + pid,
                "==> \"idle is READY\"",
                "==> 42",
                "';' expected",
                "IndexOutOfBoundsException: ",
                "==> \"Idle\"");
        assertThat(result.out()).doesNotContain("==> 2\n").doesNotContain("printed");
        testShell.execute("ginkgo log Idle").hasExitCode(0).printsOut("console opened", "printed");
        testShell.execute("ginkgo stop Idle").hasExitCode(0);
    }

    @Test
    @DisplayName("R-23 the console is disabled unless ginkgo.console = true")
    void isDisabledByDefault() throws Exception {
        testShell.execute("ginkgo start Idle.java").hasExitCode(0);
        testShell
                .execute("echo 1 | ginkgo console Idle")
                .hasExitCode(4)
                .tells("the console is disabled; set ginkgo.console = true");
    }
}
