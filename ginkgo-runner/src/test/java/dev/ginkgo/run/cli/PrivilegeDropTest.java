package dev.ginkgo.run.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.ginkgo.run.os.OsException;
import dev.ginkgo.run.os.Privileges;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that root starts and that changes to another user, verified in {@code /proc}. */
class PrivilegeDropTest {
    private static final String PORT_SERVER = """
            import dev.ginkgo.*;
            import dev.ginkgo.config.Address;
            import dev.ginkgo.net.tcp.*;
            import java.net.*;
            import java.nio.file.*;

            final class PortServer extends Service {
                final Setting<Address> bind = setting("bind", Address.class).restartRequired();
                final Setting<String> word = setting("word", "hello");
                final TcpServer tcp = add("tcp", new TcpServer(bind, client -> {
                    client.writeLine(word.get() + " " + Files.exists(Path.of("/proc/self/task"))
                            + " " + tryRead("/etc/shadow") + " " + tryBind());
                }));

                @Override protected void onStart() {
                    for (int i = 0; i < 100; i++) {
                        spawn("idle-" + i, () -> sleep(java.time.Duration.ofDays(1)));
                    }
                }

                static String tryRead(String file) {
                    try {
                        return "read " + Files.readString(Path.of(file)).length();
                    } catch (java.io.IOException e) {
                        return e.getClass().getSimpleName();
                    }
                }

                String tryBind() {
                    try (ServerSocket second = new ServerSocket(0, 1, InetAddress.getByName(bind.get().host()))) {
                        return "bound";
                    } catch (java.io.IOException e) {
                        return e.getClass().getSimpleName();
                    }
                }
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    @BeforeEach
    void makeFolderReadable() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Test
    @DisplayName(
            "R-13 a process started by root binds its port, changes every thread to an unprivileged user, serves, reloads,"
                    + " logs and stops")
    void dropsAllPrivileges() throws Exception {
        assumeTrue(isRoot(), "this test must run as root");
        InetSocketAddress low = freeLowPort();
        write("PortServer.java", PORT_SERVER);
        String settings = "service = \"PortServer.java\"\nbind = \"127.0.0.1:" + low.getPort() + "\"\n";
        String tables = "[ginkgo]\nuser = \"nobody\"\numask = \"027\"\n[log]\nfile = \"logs/server.log\"\n";
        Path toml = write("server.toml", settings + tables);
        try (CommandProcess server = CommandProcess.start(folder, "server.toml")) {
            // When the service is ready
            server.awaitOutput("press Ctrl-C to stop");
            // Then no thread runs as root, and the service accepts connections on the privileged port
            int nobody = id("-u");
            int group = id("-g");
            assertThat(credentials(server.pid(), "Uid:")).containsExactly(four(nobody));
            assertThat(credentials(server.pid(), "Gid:")).containsExactly(four(group));
            assertThat(credentials(server.pid(), "Groups:")).hasSize(1).doesNotContain("0");
            assertThat(line(low)).isEqualTo("hello true AccessDeniedException bound");
            // And that user owns the log, which was created with the umask
            Path log = folder.resolve("logs/server.log");
            assertThat(Files.getAttribute(log, "unix:uid")).isEqualTo(nobody);
            assertThat(Files.getAttribute(log.resolveSibling("."), "unix:uid")).isEqualTo(nobody);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(log)))
                    .isEqualTo("rw-r-----");
            // And a reload and a stop work as that user
            Files.writeString(toml, settings + "word = \"reloaded\"\n" + tables);
            server.signal("HUP").awaitOutput("word: hello -> reloaded");
            assertThat(line(low)).startsWith("reloaded ");
            server.signal("TERM");
            assertThat(server.exitCode()).isEqualTo(143);
            assertThat(log).content().contains("listening on");
        }
    }

    @Test
    @DisplayName(
            "R-13 a daemon that runs as an unprivileged user answers status and reload, rotates and reopens its log, and"
                    + " records its exit code")
    void daemonRunsAsOtherUser() throws Exception {
        assumeTrue(isRoot(), "this test must run as root");
        write("PortServer.java", PORT_SERVER);
        String settings = "service = \"PortServer.java\"\nbind = \"127.0.0.1:0\"\n";
        String tables = "[ginkgo]\nuser = \"nobody\"\n[log]\nfile = \"logs/server.log\"\n";
        Path toml = write("server.toml", settings + tables);
        try (TestShell shell = new TestShell(folder)) {
            long pid = shell.execute("ginkgo start server.toml").hasExitCode(0).pid();
            assertThat(credentials(pid, "Uid:")).containsExactly(four(id("-u")));
            assertThat(Files.getAttribute(folder.resolve("run/ginkgo/server.sock"), "unix:uid"))
                    .isEqualTo(id("-u"));
            assertThat(Files.getAttribute(folder.resolve("state/ginkgo/server.pid"), "unix:uid"))
                    .isEqualTo(0);
            // When its log has grown too large
            Files.writeString(toml, settings + tables + "max-size = \"1B\"\n");
            shell.execute("ginkgo reload server").hasExitCode(0).printsOut("log.max-size");
            Path log = folder.resolve("logs/server.log");
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(log.resolveSibling("server.log.1")));
            // And the periodic check of the control socket has run, in a folder that the daemon can no longer read
            shell.execute("ginkgo status server").hasExitCode(0).printsOut("server is READY", "pid " + pid);
            Files.writeString(toml, settings + tables + "max-size = \"0B\"\n");
            shell.execute("ginkgo reload server").hasExitCode(0);
            Files.move(log, log.resolveSibling("moved.log"));
            shell.execute("kill -USR1 " + pid).hasExitCode(0);
            await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(log));
            assertThat(Files.getAttribute(log, "unix:uid")).isEqualTo(id("-u"));
            shell.execute("ginkgo stop server").hasExitCode(0).printsErr("has stopped after");
            shell.execute("ginkgo status server").hasExitCode(3).printsOut("exit code 143");
        }
    }

    @Test
    @DisplayName("R-13 no connection is accepted before the privileges are dropped; if that fails the process ends")
    void endsIfPrivilegesRemain() throws Exception {
        assumeTrue(isRoot(), "this test must run as root");
        write("PortServer.java", PORT_SERVER);
        // Given a user namespace that contains only root, so that the change of the user fails
        List<String> command =
                CommandProcess.command("PortServer.java", "--set", "bind=127.0.0.1:0", "--set", "ginkgo.user=nobody");
        assumeTrue(succeeds("unshare", "--user", "--map-root-user", "true"), "this test needs user namespaces");
        List<String> isolated = Stream.concat(Stream.of("unshare", "--user", "--map-root-user"), command.stream())
                .toList();
        try (CommandProcess server = CommandProcess.start(folder, isolated)) {
            assertThat(server.exitCode()).isIn(70, 77);
            assertThat(server.output())
                    .contains("port-server did not start: ")
                    .contains(" failed: ")
                    .doesNotContain("press Ctrl-C to stop");
        }
    }

    @Test
    @DisplayName(
            "R-13 the configured group overrides the user's own; an unknown user or group is reported before the start")
    void resolvesUserAndGroup() throws Exception {
        assumeTrue(isRoot(), "this test must run as root");
        assertThat(Privileges.to("nobody", "daemon", "Linux")).hasToString("nobody (user 65534, group 1)");
        assertThat(Privileges.to("65534", "7", "Linux")).hasToString("nobody (user 65534, group 7)");
        assertThatThrownBy(() -> Privileges.to("no-such-user", "", "Linux"))
                .hasMessage("ginkgo.user: no user no-such-user on this machine; getent passwd lists them");
        assertThatThrownBy(() -> Privileges.to("nobody", "no-such-group", "Linux"))
                .hasMessageContaining("no group no-such-group");
        assertThatThrownBy(() -> Privileges.to("", "daemon", "Linux")).hasMessageContaining("needs ginkgo.user");
        assertThatThrownBy(() -> Privileges.to("root", "", "Linux")).hasMessageContaining("keeps all privileges");
    }

    @Test
    @DisplayName(
            "R-21 on other platforms than Linux ginkgo.user is rejected with a one-sentence message, only if it is set")
    void rejectsUser_onOtherPlatforms() {
        assertThatThrownBy(() -> Privileges.to("nobody", "", "Mac OS X"))
                .isInstanceOfSatisfying(
                        OsException.class, e -> assertThat(e.kind()).isEqualTo(OsException.Kind.CONFIGURATION))
                .hasMessage(
                        "ginkgo.user is supported on Linux only, and this is Mac OS X; remove it, and start the service"
                                + " as the user that it should run as");
    }

    @Test
    @DisplayName("R-13 check warns about files that the configured user will not be able to read")
    void checkWarnsAboutUnreadableFiles() throws Exception {
        assumeTrue(isRoot(), "this test must run as root");
        write("PortServer.java", PORT_SERVER);
        Path toml = write(
                "server.toml",
                "service = \"PortServer.java\"\nbind = \"127.0.0.1:0\"\n[ginkgo]\nuser = \"nobody\"\n[log]\nfile ="
                        + " \"x.log\"\n");
        Files.setPosixFilePermissions(toml, PosixFilePermissions.fromString("rw-------"));
        try (CommandProcess check = CommandProcess.start(folder, "check", "server.toml")) {
            assertThat(check.exitCode()).isZero();
            assertThat(check.output())
                    .contains("warning: nobody cannot read " + toml + ", so reloads will fail")
                    .contains("warning: nobody cannot create files in " + folder);
        }
    }

    @Test
    @DisplayName("R-13 without root privileges ginkgo.user is rejected: exit code 77 before anything starts")
    void rejectsUser_withoutRoot() throws Exception {
        // Given a user namespace in which this process runs as an unprivileged user
        assumeTrue(succeeds("unshare", "--user", "true"), "this test needs user namespaces");
        write("PortServer.java", PORT_SERVER);
        List<String> command = Stream.concat(
                        Stream.of("unshare", "--user"),
                        CommandProcess.command(
                                "PortServer.java", "--set", "bind=127.0.0.1:0", "--set", "ginkgo.user=daemon")
                                .stream())
                .toList();
        try (CommandProcess rejected = CommandProcess.start(folder, command)) {
            assertThat(rejected.exitCode()).isEqualTo(77);
            assertThat(rejected.output()).contains("ginkgo.user = \"daemon\": only root can switch to another user");
        }
    }

    private static boolean succeeds(String... command) throws Exception {
        return new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }

    private static boolean isRoot() {
        return "root".equals(System.getProperty("user.name"));
    }

    private static int id(String option) throws IOException {
        Process process = new ProcessBuilder("id", option, "nobody").start();
        return Integer.parseInt(new String(process.getInputStream().readAllBytes(), UTF_8).strip());
    }

    private static String four(int id) {
        return Stream.generate(() -> Integer.toString(id)).limit(4).collect(Collectors.joining("\t"));
    }

    /** Returns the distinct values of one line of {@code /proc/PID/task/TID/status} over all threads of a process. */
    private static Set<String> credentials(long pid, String line) throws IOException {
        Set<String> values = new TreeSet<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
            for (Path task : tasks.toList()) {
                if (Files.exists(task.resolve("status"))) {
                    Files.readAllLines(task.resolve("status")).stream()
                            .filter(each -> each.startsWith(line))
                            .map(each -> each.substring(line.length()).strip())
                            .forEach(values::add);
                }
            }
        }
        return values;
    }

    private static String line(InetSocketAddress address) throws IOException {
        try (Socket socket = new Socket(address.getAddress(), address.getPort());
                BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            return String.valueOf(lines.readLine());
        }
    }

    private static InetSocketAddress freeLowPort() {
        return IntStream.rangeClosed(600, 1023)
                .mapToObj(port -> new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .filter(PrivilegeDropTest::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(InetSocketAddress address) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(address);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
