package dev.ginkgo.run.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.InProcessCommand;
import dev.ginkgo.run.output.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What of a source file is started. */
class ServiceFinderTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-20 the service named like the file wins; else the only one")
    void chooses() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("Two.java", "import dev.ginkgo.*; class One extends Service {} class Two extends Service {}")
                .withFile("only.java", "import dev.ginkgo.*; class Lone extends Service {} class Other {}");

        assertThat(ginkgo.run("check", "Two.java")).isZero();
        assertThat(ginkgo.out()).contains("ok: Two (");
        assertThat(ginkgo.run("check", "only.java")).isZero();
        assertThat(ginkgo.out()).contains("ok: Lone (");
    }

    @Test
    @DisplayName("R-20 of several candidates none is guessed: they are listed, and --service chooses")
    void several() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("app.java", "import dev.ginkgo.*; class B extends Service {} class A extends Service {}");

        assertThat(ginkgo.run("app.java")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("A, B").contains("--service");
        assertThat(ginkgo.run("check", "app.java", "--service", "B")).isZero();
        assertThat(ginkgo.out()).contains("ok: B (");
        assertThat(ginkgo.run("check", "app.java", "--service", "C")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("no service named C").contains("A, B");
    }

    @Test
    @DisplayName("R-20 candidates come only from the named file; files beside it are compiled as needed")
    void beside() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("Part.java", "import dev.ginkgo.*; class Part extends Service {}")
                .withFile("Broken.java", "not java")
                .withFile("whole.java", """
                        import dev.ginkgo.*;
                        class Parts extends Service { final Part part = add("part", new Part()); }
                        """);

        assertThat(ginkgo.run("check", "whole.java")).isZero();
        assertThat(ginkgo.out()).contains("ok: Parts (");
    }

    @Test
    @DisplayName("R-20 a declared package is honoured: the source path begins above it")
    void packages() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("a/Base.java", "package a; public class Base {}")
                .withFile("a/b/App.java", """
                        package a.b;
                        import dev.ginkgo.*;
                        class App extends Service { final a.Base base = new a.Base(); }
                        """);

        assertThat(ginkgo.run("check", "a/b/App.java")).isZero();
    }

    @Test
    @DisplayName("R-20 a file without a service, or whose service cannot be made, says what to write")
    void none() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("Empty.java", "class Empty {}")
                .withFile("Given.java", "import dev.ginkgo.*; class Given extends Service { Given(int port) {} }")
                .withFile("Compact.java", "import dev.ginkgo.*; int port; class Inner extends Service {}");

        assertThat(ginkgo.run("Empty.java")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("class Empty extends Service");
        assertThat(ginkgo.run("Given.java")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("has no constructor without parameters");
        assertThat(ginkgo.run("Compact.java")).isEqualTo(65);
        assertThat(ginkgo.err())
                .contains("Compact.java:1:")
                .contains("Move them into \"class Compact extends Service\"");
    }

    @Test
    @DisplayName("R-20 a file with a main is started by its main, and --service or a .toml file take its service")
    void main() {
        String both = "import dev.ginkgo.*; class Both extends Service { static void main(String[] a) {} }";
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("Both.java", both)
                .withFile("both.toml", "service = \"Both.java\"");

        assertThat(ginkgo.run("check", "Both.java")).isZero();
        assertThat(ginkgo.out()).contains("has a main method");
        assertThat(ginkgo.run("check", "Both.java", "--service", "Both")).isZero();
        assertThat(ginkgo.out()).contains("ok: Both (");
        assertThat(ginkgo.run("check", "both.toml")).isZero();
        assertThat(ginkgo.out()).contains("ok: Both (");
    }

    @Test
    @DisplayName("R-20 the main may be static or not, with arguments or not, inherited, or in a compact file")
    void mains() {
        String told = "System.setProperty(\"ginkgo.main\", ";
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile(
                        "Compact.java", "void main(String[] a) { " + told + "\"compact \" + String.join(\" \", a)); }")
                .withFile("Plain.java", "class Plain { static void main() { " + told + "\"plain\"); } }")
                .withFile(
                        "Heir.java", "class Heir extends Base {} class Base { void main() { " + told + "\"heir\"); } }")
                .withFile(
                        "Pair.java",
                        "class Pair { void main() {} static void main(String[] a) { " + told + "\"pair\"); } }");
        try {
            assertThat(ginkgo.run("Compact.java", "-h", "--set", "x")).isEqualTo(ExitCode.KEEP_RUNNING);
            assertThat(System.getProperty("ginkgo.main")).isEqualTo("compact -h --set x");
            for (String name : new String[] {"Plain", "Heir", "Pair"}) {
                assertThat(ginkgo.run(name + ".java")).isEqualTo(ExitCode.KEEP_RUNNING);
                assertThat(System.getProperty("ginkgo.main")).isEqualToIgnoringCase(name);
            }
        } finally {
            System.clearProperty("ginkgo.main");
        }
    }
}
