package dev.ginkgo.run.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.InProcessCommand;
import dev.ginkgo.run.output.ExitCode;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Selection of the service or the main method of a source file. */
class ServiceFinderTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-20 the service with the name of the file is selected, otherwise the only one")
    void selectsServiceNamedLikeFile() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("Two.java", "import dev.ginkgo.*; class One extends Service {} class Two extends Service {}")
                .withFile("only.java", "import dev.ginkgo.*; class Lone extends Service {} class Other {}");

        assertThat(ginkgo.run("check", "Two.java")).isZero();
        assertThat(ginkgo.out()).contains("ok: Two (");
        assertThat(ginkgo.run("check", "only.java")).isZero();
        assertThat(ginkgo.out()).contains("ok: Lone (");
    }

    @Test
    @DisplayName("R-20 if there are several candidates, none is guessed: they are listed, and --service selects one")
    void rejectsSeveralCandidates() {
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
    @DisplayName("R-20 candidates come only from the named file; files in the same folder are compiled as needed")
    void compilesNeighbouringFiles() {
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
    @DisplayName("R-20 for a file in a declared package the source path starts above the package")
    void derivesSourcePath_fromPackage() {
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
    @DisplayName(
            "R-20 for a file without a service, or with one that cannot be instantiated, the error says what to write")
    void reportsMissingService() {
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
    @DisplayName(
            "R-20 a file with a main method is started by it; --service or a .toml file select the service instead")
    void prefersMainMethod() {
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
    @DisplayName("R-20 the main method may be static or not, with arguments or not, inherited, or in a compact file")
    void callsEveryFormOfMain() {
        String record = "System.setProperty(\"ginkgo.main\", ";
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile(
                        "Compact.java",
                        "void main(String[] a) { " + record + "\"compact \" + String.join(\" \", a)); }")
                .withFile("Plain.java", "class Plain { static void main() { " + record + "\"plain\"); } }")
                .withFile(
                        "Heir.java",
                        "class Heir extends Base {} class Base { void main() { " + record + "\"heir\"); } }")
                .withFile(
                        "Pair.java",
                        "class Pair { void main() {} static void main(String[] a) { " + record + "\"pair\"); } }");
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
