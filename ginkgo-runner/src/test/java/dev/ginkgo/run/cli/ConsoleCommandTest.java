package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A JShell inside a daemon. */
class ConsoleCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private TestShell shell = new TestShell(folder);

    @BeforeEach
    void user() throws IOException {
        shell = new TestShell(folder);
        shell.write("Idle.java", "class Idle extends dev.ginkgo.Service {}");
    }

    @AfterEach
    void logout() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName("R-23 a console runs snippets inside the process, with the root service as root")
    void snippets() throws Exception {
        long pid = shell.type("ginkgo start Idle.java --set ginkgo.console=true")
                .exits(0)
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
        TestShell.Result result = shell.type("ginkgo console Idle <snippets").exits(0);
        result.says(
                "==> " + pid,
                "==> \"idle is READY\"",
                "==> 42",
                "';' expected",
                "IndexOutOfBoundsException: ",
                "==> \"Idle\"");
        assertThat(result.out()).doesNotContain("==> 2\n").doesNotContain("printed");
        shell.type("ginkgo log Idle").exits(0).says("a console is opened", "printed");
        shell.type("ginkgo stop Idle").exits(0);
    }

    @Test
    @DisplayName("R-23 it is off unless the configuration switches it on")
    void off() throws Exception {
        shell.type("ginkgo start Idle.java").exits(0);
        shell.type("echo 1 | ginkgo console Idle").exits(4).tells("the console is off; set ginkgo.console = true");
    }
}
