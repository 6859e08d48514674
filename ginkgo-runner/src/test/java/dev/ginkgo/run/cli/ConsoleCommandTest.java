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

    private TestShell shell = new TestShell(folder);

    @BeforeEach
    void createShell() throws IOException {
        shell = new TestShell(folder);
        shell.write("Idle.java", "class Idle extends dev.ginkgo.Service {}");
    }

    @AfterEach
    void closeShell() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName("R-23 a console runs snippets inside the process; the variable root is the root service")
    void runsSnippets() throws Exception {
        long pid = shell.execute("ginkgo start Idle.java --set ginkgo.console=true")
                .hasExitCode(0)
                .pid();
        shell.write("snippets", """
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
        TestShell.Result result = shell.execute("ginkgo console Idle <snippets").hasExitCode(0);
        result.printsOut(
                "==> " + pid,
                "==> \"idle is READY\"",
                "==> 42",
                "';' expected",
                "IndexOutOfBoundsException: ",
                "==> \"Idle\"");
        assertThat(result.out()).doesNotContain("==> 2\n").doesNotContain("printed");
        shell.execute("ginkgo log Idle").hasExitCode(0).printsOut("console opened", "printed");
        shell.execute("ginkgo stop Idle").hasExitCode(0);
    }

    @Test
    @DisplayName("R-23 the console is disabled unless ginkgo.console = true")
    void isDisabledByDefault() throws Exception {
        shell.execute("ginkgo start Idle.java").hasExitCode(0);
        shell.execute("echo 1 | ginkgo console Idle")
                .hasExitCode(4)
                .printsErr("the console is disabled; set ginkgo.console = true");
    }
}
