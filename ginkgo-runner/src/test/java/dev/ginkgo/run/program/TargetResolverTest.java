package dev.ginkgo.run.program;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.InProcessCommand;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accepted targets on the command line, and the messages for rejected ones. */
class TargetResolverTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void writeHello() {
        ginkgo = new InProcessCommand(folder).withFile("Hello.java", """
            import dev.ginkgo.*;
            class Hello extends Service {
                final Setting<Integer> rate = setting("rate", 60);
            }
            """);
    }

    @Test
    @DisplayName("R-20 a .java file, a .toml file and the name of a class are targets")
    void acceptsThreeKindsOfTarget() {
        // Given
        ginkgo.withFile("hello.toml", "service = \"Hello.java\"\nrate = 7\n")
                .withFile("idle.toml", "service = \"" + Idle.class.getName() + "\"\n");

        // When / Then
        assertThat(ginkgo.run("check", "Hello.java")).isZero();
        assertThat(ginkgo.run("check", "hello.toml")).isZero();
        assertThat(ginkgo.out()).contains("Hello (hello.toml)").contains("1 of them configured");
        assertThat(ginkgo.run("check", "idle.toml")).isZero();
        assertThat(ginkgo.run("check", Idle.class.getName())).isZero();
    }

    @Test
    @DisplayName("C-05 a missing file is reported with its absolute path and a suggestion; exit code 78")
    void reportsMissingFile() {
        for (String missing : new String[] {"Helo.java", "helo.toml", "Helo"}) {
            assertThat(ginkgo.run(missing)).isEqualTo(78);
            assertThat(ginkgo.err()).contains("Did you mean Hello.java?");
        }
        ginkgo.withFile("Folder.java/x.txt", "");
        assertThat(ginkgo.run("Folder.java")).isEqualTo(78);
        assertThat(ginkgo.err())
                .contains("Folder.java is not a file")
                .doesNotContain("Did you mean")
                .contains("Programs in this folder: Hello.java.");
        ginkgo.run("Helo.java");
        assertThat(ginkgo.err()).contains(folder.resolve("Helo.java").toAbsolutePath() + ".");
    }

    @Test
    @DisplayName(
            "C-05 a .toml file without a valid service, or with a syntax error, is reported by position; exit code 78")
    void reportsInvalidToml() {
        ginkgo.withFile("none.toml", "rate = 7\n")
                .withFile("number.toml", "service = 7\n")
                .withFile("empty.toml", "service = \"\"\n")
                .withFile("lost.toml", "service = \"Lost.java\"\n")
                .withFile("broken.toml", "service = \"Hello.java\"\nrate = = 7\n");

        assertThat(ginkgo.run("none.toml")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("none.toml has no key service").contains("service = \"Hello.java\"");
        assertThat(ginkgo.run("number.toml")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("number.toml:1:1");
        assertThat(ginkgo.run("empty.toml")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("empty.toml:1:1: service is empty; add service = ");
        assertThat(ginkgo.run("lost.toml")).isEqualTo(78);
        assertThat(ginkgo.err())
                .contains(folder.resolve("Lost.java").toAbsolutePath().toString());
        assertThat(ginkgo.run("broken.toml")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("broken.toml:2:");
    }

    @Test
    @DisplayName("a class that is not a service is reported as such")
    void reportsClassThatIsNoService() {
        assertThat(ginkgo.run("java.lang.String")).isEqualTo(78);
        assertThat(ginkgo.err()).contains("java.lang.String cannot be run");
        assertThat(ginkgo.run("check", "Hello.java", "--set", "rate")).isEqualTo(64);
        assertThat(ginkgo.err()).contains("Value for option '--set'");
    }

    @Test
    @DisplayName(
            "H-22 check reports a hub that is reachable from other machines without authentication, with the position")
    void reportsExposedHub() {
        ginkgo.withFile("hub.toml", "service = \"dev.ginkgo.hub.MessageHub\"\n[http]\nbind = \"0.0.0.0:0\"\n");
        assertThat(ginkgo.run("check", "hub.toml")).isEqualTo(78);
        assertThat(ginkgo.err())
                .contains("hub.toml:3:8: http.bind: 0.0.0.0:0 can be reached from other machines")
                .contains("set anonymous = true");
        assertThat(ginkgo.run("check", "hub.toml", "--set", "http.anonymous=true"))
                .isZero();
    }

    /** A service on the class path. */
    static final class Idle extends dev.ginkgo.Service {}
}
