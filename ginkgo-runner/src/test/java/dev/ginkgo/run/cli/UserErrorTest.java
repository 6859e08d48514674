package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Reports of errors in the user's source file. */
class UserErrorTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "R-12 each compile error shows position, line and caret first, then details; the last line is the count")
    void reportsCompileErrors() {
        // Given a tab as indent: it counts as one column, and the caret line repeats it
        InProcessCommand ginkgo = new InProcessCommand(folder).withFile("Hello.java", """
                import dev.ginkgo.*;
                class Hello extends Service {
                \tint a = mesage.get();
                    int b = "x";
                }
                """);

        // When
        int code = ginkgo.run("Hello.java");

        // Then
        assertThat(code).isEqualTo(65);
        assertThat(ginkgo.err().lines())
                .containsExactly(
                        "Hello.java:3:10: error: cannot find symbol",
                        "\tint a = mesage.get();",
                        "\t        ^",
                        "  symbol:   variable mesage",
                        "  location: class Hello",
                        "Hello.java:4:13: error: incompatible types: java.lang.String cannot be converted to int",
                        "    int b = \"x\";",
                        "            ^",
                        "2 errors in Hello.java; nothing was started.");
    }

    @Test
    @DisplayName("R-12 an error in another file of the folder names that file")
    void reportsErrorInOtherFile() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("Part.java", "class Part {\n    int a = no;\n}\n")
                .withFile("Hello.java", "class Hello extends dev.ginkgo.Service { Part part = new Part(); }");

        assertThat(ginkgo.run("Hello.java")).isEqualTo(65);
        assertThat(ginkgo.err())
                .startsWith("Part.java:2:13: error: cannot find symbol")
                .contains("1 error");
    }

    @Test
    @DisplayName(
            "R-12 an exception shows the message, the frames of user code and their lines; other frames are counted")
    void foldsFrameworkFrames() {
        // Given
        InProcessCommand ginkgo = new InProcessCommand(folder).withFile("Hello.java", """
                class Hello extends dev.ginkgo.Service {
                    Hello() {
                        try {
                            java.util.Objects.requireNonNull(null, "the thing is null");
                        } catch (NullPointerException e) {
                            throw new IllegalStateException("no luck", e);
                        }
                    }
                }
                """);

        // When
        int code = ginkgo.run("Hello.java");

        // Then
        assertThat(code).isEqualTo(70);
        assertThat(ginkgo.err().lines().filter(line -> !line.contains("…") && !line.contains("org.junit")))
                .containsExactly(
                        "cannot instantiate Hello: IllegalStateException: no luck",
                        "    at Hello.<init>(Hello.java:6)",
                        "        throw new IllegalStateException(\"no luck\", e);",
                        "Caused by: NullPointerException: the thing is null",
                        "    at Hello.<init>(Hello.java:4)",
                        "        java.util.Objects.requireNonNull(null, \"the thing is null\");");
        assertThat(ginkgo.err())
                .contains("    … 1 frame of ginkgo and the JDK (--stack-traces shows them)")
                .containsPattern("    … \\d\\d frames of ginkgo and the JDK");

        // And with every frame, if requested
        assertThat(ginkgo.run("Hello.java", "--stack-traces")).isEqualTo(70);
        assertThat(ginkgo.err())
                .contains("at dev.ginkgo.run.service.TargetAction")
                .doesNotContain("…");
    }

    @Test
    @DisplayName("R-12 an exception from a main method is shown the same way")
    void reportsExceptionFromMain() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("Prog.java", "void main() {\n    throw new RuntimeException(\"oh\");\n}\n");

        assertThat(ginkgo.run("Prog.java")).isEqualTo(70);
        assertThat(ginkgo.err()).startsWith("""
                RuntimeException: oh
                    at Prog.main(Prog.java:2)
                        throw new RuntimeException("oh");
                """);
    }
}
