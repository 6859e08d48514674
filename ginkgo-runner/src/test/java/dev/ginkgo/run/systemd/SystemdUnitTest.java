package dev.ginkgo.run.systemd;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ginkgo.run.cli.InProcessCommand;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The unit that {@code ginkgo systemd} prints. */
class SystemdUnitTest {
    private static final String WEB_SERVER = """
            import dev.ginkgo.*;
            import dev.ginkgo.config.Address;
            class WebServer extends Service {
                final Setting<Address> bind = setting("http.bind", Address.of("127.0.0.1:8080"));
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "R-16 the unit contains the absolute path of the target, its options, timeouts and sandbox restrictions")
    void printsUnit() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("WebServer.java", WEB_SERVER)
                .withFile("a web.toml", "service = \"WebServer.java\"\n[ginkgo]\nstop-timeout = \"1m\"\n");

        assertThat(ginkgo.run("systemd", "a web.toml", "--set", "log.level=warn"))
                .isZero();

        assertThat(ginkgo.out())
                .contains("# /etc/systemd/system/web-server.service\n")
                .contains("\nType=notify-reload\n")
                .contains(
                        "\nExecStart=ginkgo run --set log.level=warn \"" + folder.toAbsolutePath() + "/a web.toml\"\n")
                .contains("\nTimeoutStopSec=65\n")
                .contains("\nSuccessExitStatus=143\n")
                .contains("\nDynamicUser=yes\n")
                .contains("\nCapabilityBoundingSet=\n")
                .contains("\nProtectSystem=strict\n")
                .contains("\nWatchdogSec=30\n")
                .doesNotContain("MemoryDenyWriteExecute=");
    }

    @Test
    @DisplayName(
            "R-16 a unit for a low port gets the one capability that it needs; systemd switches to the configured user")
    void grantsCapability_forLowPort() {
        InProcessCommand ginkgo = new InProcessCommand(folder)
                .withFile("WebServer.java", WEB_SERVER)
                .withFile(
                        "web.toml",
                        "service = \"WebServer.java\"\n[http]\nbind = \"127.0.0.1:80\"\n[ginkgo]\nuser = \"www-data\"\n");

        // The command only prints the unit; it does not switch to that user
        assertThat(ginkgo.run("systemd", "web.toml")).isZero();

        assertThat(ginkgo.out())
                .contains("\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n")
                .contains("\nUser=www-data\n")
                .doesNotContain("DynamicUser");
    }

    @Test
    @DisplayName("R-26 the value of a secret is not printed: the unit loads it as a credential")
    void loadsSecretsAsCredentials() {
        InProcessCommand ginkgo =
                new InProcessCommand(folder).withFile("KeyServer.java", """
                        import dev.ginkgo.*;
                        import dev.ginkgo.config.Secret;
                        class KeyServer extends Service {
                            final Setting<Secret> token = setting("api.token", Secret.class);
                            final Setting<String> key = setting("key", "").secret();
                            final Setting<String> word = setting("word", "");
                        }
                        """).environment("GINKGO_KEY", "hunter3");

        // When a secret is given on the command line, and another in the environment
        int code = ginkgo.run("systemd", "KeyServer.java", "--set", "api.token=hunter2", "--set", "word=Hi");

        // Then
        assertThat(code).as(ginkgo.err()).isZero();
        assertThat(ginkgo.out())
                .contains("\nExecStart=ginkgo run --set word=Hi " + folder.toAbsolutePath() + "/KeyServer.java\n")
                .contains("\nLoadCredential=api.token:/etc/key-server/api.token\n")
                .contains("\nLoadCredential=key:/etc/key-server/key\n")
                .doesNotContain("hunter");
        assertThat(ginkgo.err()).doesNotContain("hunter");
    }

    @Test
    @DisplayName("systemd-analyze verify accepts the unit")
    void unitPassesVerification() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "this test needs systemd-analyze");
        InProcessCommand ginkgo = new InProcessCommand(folder).withFile("WebServer.java", WEB_SERVER);
        assertThat(ginkgo.run("systemd", "WebServer.java")).isZero();
        // The executable must exist
        Path unit = Files.writeString(
                folder.resolve("web-server.service"),
                ginkgo.out().replace("ExecStart=ginkgo ", "ExecStart=/bin/true "));
        Process verify = new ProcessBuilder("/usr/bin/systemd-analyze", "verify", "--man=no", unit.toString())
                .redirectErrorStream(true)
                .start();
        String report = new String(verify.getInputStream().readAllBytes(), UTF_8);
        assertThat(verify.waitFor()).as(report).isZero();
        assertThat(report.lines().filter(line -> line.contains("web-server"))).isEmpty();
    }
}
