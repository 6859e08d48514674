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

/** What {@code ginkgo systemd} prints. */
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
    @DisplayName("R-16 the unit names the target from anywhere, with its options, its timeouts and what it must not do")
    void unit() {
        InProcessCommand inProcessCommand = new InProcessCommand(folder)
                .withFile("WebServer.java", WEB_SERVER)
                .withFile("a web.toml", "service = \"WebServer.java\"\n[ginkgo]\nstop-timeout = \"1m\"\n");

        assertThat(inProcessCommand.run("systemd", "a web.toml", "--set", "log.level=warn"))
                .isZero();

        assertThat(inProcessCommand.out())
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
    @DisplayName("R-16 a unit for a low port gets the one right that it needs, and the configured user is systemd's")
    void lowPort() {
        InProcessCommand inProcessCommand = new InProcessCommand(folder)
                .withFile("WebServer.java", WEB_SERVER)
                .withFile(
                        "web.toml",
                        "service = \"WebServer.java\"\n[http]\nbind = \"127.0.0.1:80\"\n[ginkgo]\nuser = \"www-data\"\n");

        // Only the text is asked for: nobody becomes that user here
        assertThat(inProcessCommand.run("systemd", "web.toml")).isZero();

        assertThat(inProcessCommand.out())
                .contains("\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n")
                .contains("\nUser=www-data\n")
                .doesNotContain("DynamicUser");
    }

    @Test
    @DisplayName("systemd itself finds nothing wrong with the unit")
    void verified() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/systemd-analyze")), "there is no systemd-analyze here");
        InProcessCommand inProcessCommand = new InProcessCommand(folder).withFile("WebServer.java", WEB_SERVER);
        assertThat(inProcessCommand.run("systemd", "WebServer.java")).isZero();
        // What is executed must be there
        Path unit = Files.writeString(
                folder.resolve("web-server.service"),
                inProcessCommand.out().replace("ExecStart=ginkgo ", "ExecStart=/bin/true "));
        Process verify = new ProcessBuilder("/usr/bin/systemd-analyze", "verify", "--man=no", unit.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(verify.getInputStream().readAllBytes(), UTF_8);
        assertThat(verify.waitFor()).as(said).isZero();
        assertThat(said.lines().filter(line -> line.contains("web-server"))).isEmpty();
    }
}
