package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.run.daemon.ProcessIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Shell sessions with the {@code ginkgo} script and real daemons. */
class DaemonCommandsTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final String HELLO = """
            import dev.ginkgo.*;
            import java.time.Duration;
            final class Hello extends Service {
                final Setting<Integer> rate = setting("rate", 60).between(1, 60_000);
                @Override protected void onStart() {
                    IO.println("hello at " + rate.get());
                    spawn("hello", () -> {
                        while (true) sleep(Duration.ofSeconds(1));
                    });
                }
            }
            """;

    @TempDir
    private Path folder = Path.of("");

    private TestShell shell = new TestShell(folder);

    @BeforeEach
    void createShell() throws IOException {
        shell = new TestShell(folder);
        shell.write("Hello.java", HELLO);
        shell.write("hello.toml", "service = \"Hello.java\"\nrate = 10\n");
    }

    @AfterEach
    void closeShell() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName(
            "R-01 start returns when the root is ready, with pid and time; R-04 a second start is rejected and names"
                    + " the pid; R-08 status; R-05 stop waits until the process has ended; R-22 tree, threads")
    void startsAnswersAndStops() throws Exception {
        TestShell.Result started =
                shell.execute("ginkgo start hello.toml").hasExitCode(0).printsOut("hello is READY after ", " ms (pid ");
        long pid = started.pid();
        assertThat(started.err()).isEmpty();

        assertThat(shell.execute("ginkgo start hello.toml")
                        .hasExitCode(73)
                        .printsErr(
                                "hello",
                                "is already running",
                                folder.resolve("hello.toml").toString())
                        .pid())
                .isEqualTo(pid);
        shell.execute("ginkgo status hello.toml")
                .hasExitCode(0)
                .printsOut("hello is READY for ", "pid " + pid, "configuration: " + folder.resolve("hello.toml"));
        shell.execute("ginkgo status hello --json").hasExitCode(0).printsOut("\"state\":\"READY\"", "\"pid\":" + pid);
        shell.execute("ginkgo list").hasExitCode(0).printsOut("hello", Long.toString(pid), "READY");
        shell.execute("ginkgo tree hello").hasExitCode(0).printsOut("hello  READY", "1 task");
        shell.execute("ginkgo threads hello").hasExitCode(0).printsOut("#hello", "at user//Hello");
        shell.execute("ginkgo threads hello --json").hasExitCode(0).printsOut("\"services\":[{", "\"stack\":[");
        shell.execute("ginkgo settings hello").hasExitCode(0).printsOut("rate = 10  (file hello.toml:2)");
        shell.execute("ginkgo log hello").hasExitCode(0).printsOut("hello at 10");

        shell.execute("ginkgo stop hello").hasExitCode(0).printsErr("hello (pid " + pid + ") has stopped after ");
        assertThat(ProcessIdentity.of(pid)).isEmpty(); // a zombie at most
        shell.execute("ginkgo status hello")
                .hasExitCode(3)
                .printsOut("hello is not running; it exited at", "exit code 143");
        shell.execute("ginkgo stop hello").hasExitCode(3);
        shell.execute("ginkgo stop helo").hasExitCode(3).printsErr("helo is not running");
        shell.execute("ginkgo log hello").hasExitCode(0).printsOut("hello at 10");
    }

    @Test
    @DisplayName(
            "R-07 a reload prints the changes; for an invalid file it exits with 78, and the service keeps running")
    void reloads_andReportsInvalidFile() throws Exception {
        shell.execute("ginkgo start hello.toml").hasExitCode(0);
        shell.write("hello.toml", "service = \"Hello.java\"\nrate = 20\n");
        shell.execute("ginkgo reload hello").hasExitCode(0).printsOut("rate: 10 -> 20");
        shell.write("hello.toml", "service = \"Hello.java\"\nrate = 0\n");
        shell.execute("ginkgo reload hello")
                .hasExitCode(78)
                .printsErr("nothing was changed", "hello.toml:2:8", "1..60000");
        shell.execute("ginkgo status hello").hasExitCode(0);
    }

    @Test
    @DisplayName("R-09 with invalid code and configuration on disk, status, reload, log and stop work")
    void worksWithInvalidFilesOnDisk() throws Exception {
        shell.execute("ginkgo start hello.toml").hasExitCode(0);
        shell.write("Hello.java", "class Hello {");
        shell.write("hello.toml", "service = ");
        shell.execute("ginkgo status hello.toml").hasExitCode(0);
        shell.execute("ginkgo reload hello.toml").hasExitCode(78).printsErr("hello.toml:1:");
        shell.execute("ginkgo log hello.toml").hasExitCode(0);
        shell.execute("ginkgo stop hello.toml").hasExitCode(0);
        shell.execute("ginkgo start hello.toml").hasExitCode(78).printsErr("hello.toml:1:");
        shell.execute("ginkgo log hello.toml")
                .hasExitCode(78)
                .printsErr("hello exited before it opened its log", "ginkgo status");
    }

    @Test
    @DisplayName(
            "R-08 status of a starting daemon reports that (4); R-22 tree answers as soon as the control socket exists,"
                    + " threads reports that the daemon is not up yet; R-04 a --pid that is not a pidfile is rejected")
    void reportsStartingDaemon() throws Exception {
        shell.write("Slow.java", """
                import java.nio.file.*;
                class Slow extends dev.ginkgo.Service {
                    Slow() throws Exception { await("made"); }
                    @Override protected void onStart() throws Exception { await("started"); }
                    static void await(String pipe) throws Exception { Files.readString(Path.of(pipe)); }
                }
                """);
        shell.execute("mkfifo made started").hasExitCode(0);
        Process start = shell.start("ginkgo start Slow.java", folder.resolve("out"), folder.resolve("err"));
        await().atMost(TIMEOUT).until(() -> shell.execute("ginkgo status Slow").code() == 4);
        shell.execute("ginkgo status Slow")
                .hasExitCode(4)
                .printsOut("is running, but does not respond: it is starting");
        shell.execute("ginkgo tree Slow").hasExitCode(4).printsErr("it is starting");
        shell.execute("ginkgo log Slow").hasExitCode(75).printsErr("has not opened its log yet");
        shell.execute("echo go >made").hasExitCode(0);
        await().atMost(TIMEOUT)
                .until(() -> shell.execute("ginkgo tree Slow").out().contains("slow  STARTING"));
        TestShell.Result threads = shell.execute("ginkgo threads Slow")
                .hasExitCode(4)
                .printsErr("the service is still starting; try again");
        assertThat(threads.err()).doesNotContain("does not respond");
        shell.execute("echo go >started").hasExitCode(0);
        assertThat(start.waitFor()).isZero();

        shell.execute("ginkgo start hello.toml --pid hello.toml")
                .hasExitCode(73)
                .printsErr("hello.toml is not a pidfile", "--pid");
        assertThat(folder.resolve("hello.toml")).content().startsWith("service = ");
        shell.execute("ginkgo start hello.toml --pid no/x.pid")
                .hasExitCode(73)
                .printsErr("no/x.pid: no such file or folder");
    }

    @Test
    @DisplayName("R-02 a failed start prints its cause and the last lines of the log: 69, 70, 75, 78, 65")
    void reportsFailedStart() throws Exception {
        shell.write("Port.java", """
                import java.net.*;
                class Port extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception {
                        IO.println("about to bind");
                        ServerSocket first = closeOnStop(new ServerSocket(0));
                        closeOnStop(new ServerSocket(first.getLocalPort()));
                    }
                }
                """);
        shell.execute("ginkgo start Port.java")
                .hasExitCode(69)
                .printsErr("BindException", "at Port.onStart(Port.java:6)", "Last lines of ", "about to bind");
        shell.execute("ginkgo status Port").hasExitCode(3).printsOut("exit code 69");
        shell.write("Boom.java", """
                class Boom extends dev.ginkgo.Service {
                    @Override protected void onStart() { throw new IllegalStateException("no luck"); }
                }
                """);
        shell.execute("ginkgo start Boom.java").hasExitCode(70).printsErr("no luck", "Boom.java:2");
        shell.write("Late.java", """
                class Late extends dev.ginkgo.Service {
                    @Override protected void onStart() { deferReady(); }
                }
                """);
        shell.execute("ginkgo start Late.java --set ginkgo.start-timeout=50ms")
                .hasExitCode(75)
                .printsErr("not ready after 50 ms");
        shell.execute("ginkgo start hello.toml --set rate=0").hasExitCode(78).printsErr("1..60000");
        shell.write("Typo.java", "class Typo extends dev.ginkgo.Service { int x = }");
        shell.execute("ginkgo start Typo.java").hasExitCode(65).printsErr("Typo.java:1");
        shell.write("Dies.java", """
                class Dies extends dev.ginkgo.Service {
                    @Override protected void onStart() { Runtime.getRuntime().halt(3); }
                }
                """);
        shell.execute("ginkgo start Dies.java").hasExitCode(70).printsErr("ended before it was ready");
        shell.execute("ginkgo status Dies").hasExitCode(1).printsOut("Dies is dead");
    }

    @Test
    @DisplayName(
            "R-04 after kill -9 status is dead (1) and a new start succeeds, also if the pid belongs to another process")
    void restartsAfterKill() throws Exception {
        long pid = shell.execute("ginkgo start hello.toml").hasExitCode(0).pid();
        shell.execute("kill -9 " + pid).hasExitCode(0);
        await().atMost(TIMEOUT).until(() -> shell.execute("ginkgo status hello").code() == 1);
        shell.execute("ginkgo list").hasExitCode(0).printsOut("DEAD");
        shell.execute("ginkgo stop hello").hasExitCode(3).printsErr("without recording an exit");
        long again = shell.execute("ginkgo start hello.toml").hasExitCode(0).pid();
        assertThat(again).isNotEqualTo(pid);
        shell.execute("ginkgo stop hello").hasExitCode(0);
        // Given a pidfile with the pid of a running, unrelated process, which has another start time
        Path file = folder.resolve("state/ginkgo/hello.pid");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("^\n", ProcessHandle.current().pid() + "\n"));
        shell.execute("ginkgo start hello.toml").hasExitCode(0);
    }

    @Test
    @DisplayName("R-11 of two concurrent starts one succeeds, and the other names its pid")
    void oneOfTwoConcurrentStartsWins() throws Exception {
        String both = "ginkgo start hello.toml >a 2>&1 & one=$!; ginkgo start hello.toml >b 2>&1; two=$?; wait $one; "
                + "echo $? $two; cat a b";
        TestShell.Result result = shell.execute(both).hasExitCode(0);
        assertThat(result.out()).as("%s", result).containsPattern("^(0 73|73 0)\n");
        result.printsOut("is READY", "is already running");
        long winner = shell.execute("ginkgo status hello").hasExitCode(0).pid();
        result.printsOut("hello is READY after", "hello (pid " + winner + ", started from");
    }

    @Test
    @DisplayName("R-05 if a task ignores interrupts, stop reports it with its stack; if the stop exceeds --timeout, the"
            + " command gives up, and --kill ends the process; R-06 restart then starts nothing")
    void reportsTaskThatIgnoresInterrupts() throws Exception {
        shell.write("Stuck.java", """
                class Stuck extends dev.ginkgo.Service {
                    @Override protected void onStart() { spawn("loop", this::forever); }
                    void forever() {
                        while (true) java.util.concurrent.locks.LockSupport.park();
                    }
                }
                """);
        shell.execute("ginkgo start Stuck.java --set ginkgo.stop-timeout=200ms").hasExitCode(0);
        shell.execute("ginkgo stop Stuck")
                .hasExitCode(79)
                .printsErr("has stopped after", "stuck#loop still runs", "Stuck.java:4");

        long pid = shell.execute("ginkgo start Stuck.java --set ginkgo.stop-timeout=1h")
                .hasExitCode(0)
                .pid();
        shell.execute("ginkgo restart Stuck --timeout 200ms").hasExitCode(75).printsErr("still running");
        assertThat(shell.execute("ginkgo status Stuck")
                        .hasExitCode(4)
                        .printsOut("STOPPING")
                        .pid())
                .isEqualTo(pid);
        shell.execute("ginkgo stop Stuck --timeout 200ms").hasExitCode(75).printsErr("--kill");
        shell.execute("ginkgo stop Stuck --timeout 200ms --kill").hasExitCode(0).printsErr("was killed after");
        shell.execute("ginkgo status Stuck").hasExitCode(1);
    }

    @Test
    @DisplayName("R-06 restart stops the daemon and starts it with the same command line, in the same folder")
    void restartsWithSameCommandLine() throws Exception {
        long pid = shell.execute("ginkgo start hello.toml --set 'rate=33' --name 'my-hello'")
                .hasExitCode(0)
                .pid();
        long again = shell.execute("cd / && ginkgo restart my-hello")
                .hasExitCode(0)
                .printsOut("is READY")
                .pid();
        assertThat(again).isNotEqualTo(pid);
        assertThat(ProcessIdentity.of(pid)).isEmpty(); // a zombie at most
        shell.execute("ginkgo settings my-hello").hasExitCode(0).printsOut("rate = 33  (--set)");
        shell.execute("ginkgo stop my-hello").hasExitCode(0);
        shell.execute("ginkgo restart my-hello")
                .hasExitCode(0)
                .printsOut("is READY"); // also a daemon that is not running
        shell.execute("ginkgo restart hello.toml")
                .hasExitCode(0)
                .printsOut("hello is READY"); // and one that was never started
        shell.execute("ginkgo restart unknown").hasExitCode(3);
    }

    @Test
    @DisplayName(
            "R-06 restart with invalid configuration or code stops nothing and reports the same error and exit code as"
                    + " start; after the correction it restarts with the options and in the folder of the daemon")
    void rejectedRestartStopsNothing() throws Exception {
        long pid = shell.execute("ginkgo start hello.toml --set rate=33 --name own --pid own.pid")
                .hasExitCode(0)
                .pid();
        String restart = "cd / && ginkgo restart --pid " + folder.resolve("own.pid");
        shell.write("hello.toml", "service = \"Hello.java\"\nrat = 10\n");
        shell.execute(restart)
                .hasExitCode(78)
                .printsErr(
                        "hello.toml:2:1: unknown key \"rat\"", "1 problem in the configuration of Hello (hello.toml)")
                .printsErr("own (pid " + pid + ") is still running; nothing was stopped");
        shell.write("hello.toml", "service = \"Hello.java\"\n");
        shell.write("Hello.java", "class Hello {");
        shell.execute(restart).hasExitCode(65).printsErr("Hello.java:1:", "nothing was stopped");
        shell.write("Hello.java", "class Hello { void main() {} }");
        shell.execute(restart).hasExitCode(78).printsErr("nothing was stopped");
        assertThat(shell.execute("ginkgo status --pid own.pid").hasExitCode(0).pid())
                .isEqualTo(pid);

        shell.write("Hello.java", HELLO);
        TestShell.Result restarted = shell.execute(restart).hasExitCode(0).printsOut("is READY");
        assertThat(restarted.out().lines()).as("%s", restarted).hasSize(1);
        assertThat(restarted.err().lines()).as("%s", restarted).hasSize(1);
        shell.execute("ginkgo settings --pid own.pid").hasExitCode(0).printsOut("rate = 33  (--set)");
    }

    @Test
    @DisplayName("R-04 run --name answers commands like a daemon, but cannot be restarted")
    void namedRunAnswersCommands() throws Exception {
        Path out = folder.resolve("out");
        Process run = shell.start("exec ginkgo run hello.toml --name here", out, folder.resolve("err"));
        await().atMost(TIMEOUT).until(() -> shell.execute("ginkgo status here").code() == 0);
        shell.execute("ginkgo reload here").hasExitCode(0);
        shell.execute("ginkgo restart here")
                .hasExitCode(78)
                .printsErr("not started with \"ginkgo start\"", "nothing was stopped");
        shell.execute("ginkgo log here").hasExitCode(78).printsErr("has no log");
        shell.execute("ginkgo stop here").hasExitCode(0);
        assertThat(run.waitFor()).isEqualTo(143);
        assertThat(Files.readString(out)).contains("hello at 10");
    }

    @Test
    @DisplayName("two programs with the same name are distinguished")
    void distinguishesProgramsWithSameName() throws Exception {
        shell.execute("ginkgo start hello.toml").hasExitCode(0);
        shell.execute("mkdir other && cp Hello.java hello.toml other").hasExitCode(0);
        shell.execute("cd other && ginkgo stop hello.toml").hasExitCode(3).printsErr("another program has that name");
        shell.execute("cd other && ginkgo start hello.toml").hasExitCode(73).printsErr("another --name");
        shell.execute("cd other && ginkgo start hello.toml --pid my.pid").hasExitCode(0);
        shell.execute("ginkgo status --pid other/my.pid").hasExitCode(0);
        shell.execute("ginkgo stop --pid other/my.pid").hasExitCode(0);
        shell.execute("ginkgo status hello").hasExitCode(0);
    }
}
