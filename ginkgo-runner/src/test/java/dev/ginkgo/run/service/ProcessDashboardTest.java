package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.CommandProcess;
import dev.ginkgo.run.cli.InProcessCommand;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProcessDashboardTest {
    private static final Pattern ADDRESS = Pattern.compile("dashboard at (http://127\\.0\\.0\\.1:\\d+/)");

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void writeProgram() throws IOException {
        Files.writeString(folder.resolve("Idle.java"), "class Idle extends dev.ginkgo.Service {}");
    }

    @Test
    @DisplayName("R-41 run --dashboard prints the address of a dashboard, also if the usual port is in use")
    void dashboardOption_servesDashboard() throws Exception {
        try (CommandProcess first = CommandProcess.start(folder, "run", "--dashboard", "Idle.java");
                CommandProcess second = CommandProcess.start(folder, "run", "--dashboard", "Idle.java");
                HttpClient client = HttpClient.newHttpClient()) {
            for (CommandProcess process : new CommandProcess[] {first, second}) {
                process.awaitOutput("dashboard at http://");
                Matcher address = ADDRESS.matcher(process.output());
                assertThat(address.find()).isTrue();
                HttpResponse<String> page = client.send(
                        HttpRequest.newBuilder(URI.create(address.group(1))).build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(page.body()).contains("/-/dashboard/process.js");
                process.awaitOutput("Ctrl-C");
                process.signal("TERM");
                assertThat(process.exitCode()).isEqualTo(143);
            }
        }
    }

    @Test
    @DisplayName("R-41 without a terminal there is no dashboard unless it is requested")
    void noTerminal_noDashboard() throws Exception {
        try (CommandProcess idle = CommandProcess.start(folder, "run", "Idle.java")) {
            idle.awaitOutput("Ctrl-C");
            idle.signal("TERM");
            assertThat(idle.exitCode()).isEqualTo(143);
            assertThat(idle.output()).doesNotContain("dashboard");
        }
    }

    @Test
    @DisplayName("R-41 a dashboard on a port in use fails the start with 69, on an address beyond loopback with 78")
    void unusableAddress_isRejected() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                CommandProcess idle = CommandProcess.start(
                        folder, "Idle.java", "--set", "ginkgo.dashboard=127.0.0.1:" + taken.getLocalPort())) {
            assertThat(idle.exitCode()).isEqualTo(69);
            assertThat(idle.output()).contains("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
        InProcessCommand ginkgo = new InProcessCommand(folder);
        assertThat(ginkgo.run("check", "Idle.java", "--set", "ginkgo.dashboard=0.0.0.0:80"))
                .isEqualTo(78);
        assertThat(ginkgo.err()).contains("ginkgo.dashboard").contains("nor a loopback address");
        assertThat(ginkgo.run("check", "--no-dashboard", "Idle.java")).isZero();
    }
}
