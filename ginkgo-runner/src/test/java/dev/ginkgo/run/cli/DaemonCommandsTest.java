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

    private TestShell testShell = new TestShell(folder);

    @BeforeEach
    void createShell() throws IOException {
        testShell = new TestShell(folder);
        testShell.write("Hello.java", HELLO);
        testShell.write("hello.toml", "service = \"Hello.java\"\nrate = 10\n");
    }

    @AfterEach
    void closeShell() throws IOException {
        testShell.close();
    }

    @Test
    @DisplayName(
            "R-01 start returns when the root is ready, with pid and time; R-04 a second start is rejected and names"
                    + " the pid; R-08 status; R-05 stop waits until the process has ended; R-22 tree, threads")
    void startsAnswersAndStops() throws Exception {
        TestShell.Result started = testShell
                .execute("ginkgo start hello.toml")
                .hasExitCode(0)
                .printsOut("hello is READY after ", " ms (pid ");
        long pid = started.pid();
        assertThat(started.err()).isEmpty();

        assertThat(testShell
                        .execute("ginkgo start hello.toml")
                        .hasExitCode(73)
                        .tells(
                                "hello",
                                "is already running",
                                folder.resolve("hello.toml").toString())
                        .pid())
                .isEqualTo(pid);
        testShell
                .execute("ginkgo status hello.toml")
                .hasExitCode(0)
                .printsOut("hello is READY for ", "pid " + pid, "configuration: " + folder.resolve("hello.toml"));
        testShell
                .execute("ginkgo status hello --json")
                .hasExitCode(0)
                .printsOut("\"state\":\"READY\"", "\"pid\":" + pid);
        testShell.execute("ginkgo list").hasExitCode(0).printsOut("hello", Long.toString(pid), "READY");
        testShell.execute("ginkgo tree hello").hasExitCode(0).printsOut("hello  READY", "1 task");
        testShell.execute("ginkgo threads hello").hasExitCode(0).printsOut("#hello", "at user//Hello");
        testShell.execute("ginkgo threads hello --json").hasExitCode(0).printsOut("\"services\":[{", "\"stack\":[");
        testShell.execute("ginkgo settings hello").hasExitCode(0).printsOut("rate = 10  (file hello.toml:2)");
        testShell.execute("ginkgo log hello").hasExitCode(0).printsOut("hello at 10");

        testShell.execute("ginkgo stop hello").hasExitCode(0).tells("hello (pid " + pid + ") has stopped after ");
        assertThat(ProcessIdentity.of(pid)).isEmpty(); // a zombie at most
        testShell
                .execute("ginkgo status hello")
                .hasExitCode(3)
                .printsOut("hello is not running; it exited at", "exit code 143");
        testShell.execute("ginkgo stop hello").hasExitCode(3);
        testShell.execute("ginkgo stop helo").hasExitCode(3).tells("helo is not running");
        testShell.execute("ginkgo log hello").hasExitCode(0).printsOut("hello at 10");
    }

    @Test
    @DisplayName(
            "R-07 a reload prints the changes; for an invalid file it exits with 78, and the service keeps running")
    void reloads_andReportsInvalidFile() throws Exception {
        testShell.execute("ginkgo start hello.toml").hasExitCode(0);
        testShell.write("hello.toml", "service = \"Hello.java\"\nrate = 20\n");
        testShell.execute("ginkgo reload hello").hasExitCode(0).printsOut("rate: 10 -> 20");
        testShell.write("hello.toml", "service = \"Hello.java\"\nrate = 0\n");
        testShell
                .execute("ginkgo reload hello")
                .hasExitCode(78)
                .tells("nothing was changed", "hello.toml:2:8", "1..60000");
        testShell.execute("ginkgo status hello").hasExitCode(0);
    }

    @Test
    @DisplayName("R-09 with invalid code and configuration on disk, status, reload, log and stop work")
    void worksWithInvalidFilesOnDisk() throws Exception {
        testShell.execute("ginkgo start hello.toml").hasExitCode(0);
        testShell.write("Hello.java", "class Hello {");
        testShell.write("hello.toml", "service = ");
        testShell.execute("ginkgo status hello.toml").hasExitCode(0);
        testShell.execute("ginkgo reload hello.toml").hasExitCode(78).tells("hello.toml:1:");
        testShell.execute("ginkgo log hello.toml").hasExitCode(0);
        testShell.execute("ginkgo stop hello.toml").hasExitCode(0);
        testShell.execute("ginkgo start hello.toml").hasExitCode(78).tells("hello.toml:1:");
        testShell
                .execute("ginkgo log hello.toml")
                .hasExitCode(78)
                .tells("hello exited before it opened its log", "ginkgo status");
    }

    @Test
    @DisplayName(
            "R-08 status of a starting daemon reports that (4); R-22 tree answers as soon as the control socket exists,"
                    + " threads reports that the daemon is not up yet; R-04 a --pid that is not a pidfile is rejected")
    void reportsStartingDaemon() throws Exception {
        testShell.write("Slow.java", """
                import java.nio.file.*;
                class Slow extends dev.ginkgo.Service {
                    Slow() throws Exception { await("made"); }
                    @Override protected void onStart() throws Exception { await("started"); }
                    static void await(String file) throws Exception {
                        while (!Files.exists(Path.of(file))) Thread.sleep(5);
                    }
                }
                """);
        Process start = testShell.start("ginkgo start Slow.java", folder.resolve("out"), folder.resolve("err"));
        await().atMost(TIMEOUT)
                .until(() -> testShell.execute("ginkgo status Slow").code() == 4);
        testShell
                .execute("ginkgo status Slow")
                .hasExitCode(4)
                .printsOut("is running, but does not respond: it is starting");
        testShell.execute("ginkgo tree Slow").hasExitCode(4).tells("it is starting");
        testShell.execute("ginkgo log Slow").hasExitCode(75).tells("has not opened its log yet");
        testShell.execute("touch made").hasExitCode(0);
        await().atMost(TIMEOUT)
                .until(() -> testShell.execute("ginkgo tree Slow").out().contains("slow  STARTING"));
        TestShell.Result threads = testShell
                .execute("ginkgo threads Slow")
                .hasExitCode(4)
                .tells("the service is still starting; try again");
        assertThat(threads.err()).doesNotContain("does not respond");
        testShell.execute("touch started").hasExitCode(0);
        assertThat(start.waitFor()).isZero();

        testShell
                .execute("ginkgo start hello.toml --pid hello.toml")
                .hasExitCode(73)
                .tells("hello.toml is not a pidfile", "--pid");
        assertThat(folder.resolve("hello.toml")).content().startsWith("service = ");
        testShell
                .execute("ginkgo start hello.toml --pid no/x.pid")
                .hasExitCode(73)
                .tells("no/x.pid: no such file or folder");
    }

    @Test
    @DisplayName("R-02 a failed start prints its cause and the last lines of the log: 69, 70, 75, 78, 65")
    void reportsFailedStart() throws Exception {
        testShell.write("Port.java", """
                import java.net.*;
                class Port extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception {
                        IO.println("about to bind");
                        ServerSocket first = closeOnStop(new ServerSocket(0));
                        closeOnStop(new ServerSocket(first.getLocalPort()));
                    }
                }
                """);
        testShell
                .execute("ginkgo start Port.java")
                .hasExitCode(69)
                .tells("BindException", "at Port.onStart(Port.java:6)", "Last lines of ", "about to bind");
        testShell.execute("ginkgo status Port").hasExitCode(3).printsOut("exit code 69");
        testShell.write("Boom.java", """
                class Boom extends dev.ginkgo.Service {
                    @Override protected void onStart() { throw new IllegalStateException("no luck"); }
                }
                """);
        testShell.execute("ginkgo start Boom.java").hasExitCode(70).tells("no luck", "Boom.java:2");
        testShell.write("Late.java", """
                class Late extends dev.ginkgo.Service {
                    @Override protected void onStart() { deferReady(); }
                }
                """);
        testShell
                .execute("ginkgo start Late.java --set ginkgo.start-timeout=50ms")
                .hasExitCode(75)
                .tells("not ready after 50 ms");
        testShell
                .execute("ginkgo start hello.toml --set rate=0")
                .hasExitCode(78)
                .tells("1..60000");
        testShell.write("Typo.java", "class Typo extends dev.ginkgo.Service { int x = }");
        testShell.execute("ginkgo start Typo.java").hasExitCode(65).tells("Typo.java:1");
        testShell.write("Dies.java", """
                class Dies extends dev.ginkgo.Service {
                    @Override protected void onStart() { Runtime.getRuntime().halt(3); }
                }
                """);
        testShell.execute("ginkgo start Dies.java").hasExitCode(70).tells("ended before it was ready");
        testShell.execute("ginkgo status Dies").hasExitCode(1).printsOut("Dies is dead");
    }

    @Test
    @DisplayName(
            "R-04 after kill -9 status is dead (1) and a new start succeeds, also if the pid belongs to another process")
    void restartsAfterKill() throws Exception {
        long pid = testShell.execute("ginkgo start hello.toml").hasExitCode(0).pid();
        testShell.execute("kill -9 " + pid).hasExitCode(0);
        await().atMost(TIMEOUT)
                .until(() -> testShell.execute("ginkgo status hello").code() == 1);
        testShell.execute("ginkgo list").hasExitCode(0).printsOut("DEAD");
        testShell.execute("ginkgo stop hello").hasExitCode(3).tells("without recording an exit");
        long again = testShell.execute("ginkgo start hello.toml").hasExitCode(0).pid();
        assertThat(again).isNotEqualTo(pid);
        testShell.execute("ginkgo stop hello").hasExitCode(0);
        // Given a pidfile with the pid of a running, unrelated process, which has another start time
        Path file = folder.resolve("state/ginkgo/hello.pid");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("^\n", ProcessHandle.current().pid() + "\n"));
        testShell.execute("ginkgo start hello.toml").hasExitCode(0);
    }

    @Test
    @DisplayName("R-11 of two concurrent starts one succeeds, and the other names its pid")
    void oneOfTwoConcurrentStartsWins() throws Exception {
        String both = "ginkgo start hello.toml >a 2>&1 & one=$!; ginkgo start hello.toml >b 2>&1; two=$?; wait $one; "
                + "echo $? $two; cat a b";
        TestShell.Result result = testShell.execute(both).hasExitCode(0);
        assertThat(result.out()).as("%s", result).containsPattern("^(0 73|73 0)\n");
        result.printsOut("is READY", "is already running");
        long winner = testShell.execute("ginkgo status hello").hasExitCode(0).pid();
        result.printsOut("hello is READY after", "hello (pid " + winner + ", started from");
    }

    @Test
    @DisplayName("R-05 if a task ignores interrupts, stop reports it with its stack; if the stop exceeds --timeout, the"
            + " command gives up, and --kill ends the process; R-06 restart then starts nothing")
    void reportsTaskThatIgnoresInterrupts() throws Exception {
        testShell.write("Stuck.java", """
                class Stuck extends dev.ginkgo.Service {
                    @Override protected void onStart() { spawn("loop", this::forever); }
                    void forever() {
                        while (true) java.util.concurrent.locks.LockSupport.park();
                    }
                }
                """);
        testShell
                .execute("ginkgo start Stuck.java --set ginkgo.stop-timeout=200ms")
                .hasExitCode(0);
        testShell
                .execute("ginkgo stop Stuck")
                .hasExitCode(79)
                .tells("has stopped after", "stuck#loop still runs", "Stuck.java:4");

        long pid = testShell
                .execute("ginkgo start Stuck.java --set ginkgo.stop-timeout=1h")
                .hasExitCode(0)
                .pid();
        testShell
                .execute("ginkgo restart Stuck --timeout 200ms")
                .hasExitCode(75)
                .tells("still running");
        assertThat(testShell
                        .execute("ginkgo status Stuck")
                        .hasExitCode(4)
                        .printsOut("STOPPING")
                        .pid())
                .isEqualTo(pid);
        testShell.execute("ginkgo stop Stuck --timeout 200ms").hasExitCode(75).tells("--kill");
        testShell
                .execute("ginkgo stop Stuck --timeout 200ms --kill")
                .hasExitCode(0)
                .tells("was killed after");
        testShell.execute("ginkgo status Stuck").hasExitCode(1);
    }

    @Test
    @DisplayName("R-06 restart stops the daemon and starts it with the same command line, in the same folder")
    void restartsWithSameCommandLine() throws Exception {
        long pid = testShell
                .execute("ginkgo start hello.toml --set 'rate=33' --name 'my-hello'")
                .hasExitCode(0)
                .pid();
        long again = testShell
                .execute("cd / && ginkgo restart my-hello")
                .hasExitCode(0)
                .printsOut("is READY")
                .pid();
        assertThat(again).isNotEqualTo(pid);
        assertThat(ProcessIdentity.of(pid)).isEmpty(); // a zombie at most
        testShell.execute("ginkgo settings my-hello").hasExitCode(0).printsOut("rate = 33  (--set)");
        testShell.execute("ginkgo stop my-hello").hasExitCode(0);
        testShell
                .execute("ginkgo restart my-hello")
                .hasExitCode(0)
                .printsOut("is READY"); // also a daemon that is not running
        testShell
                .execute("ginkgo restart hello.toml")
                .hasExitCode(0)
                .printsOut("hello is READY"); // and one that was never started
        testShell.execute("ginkgo restart unknown").hasExitCode(3);
    }

    @Test
    @DisplayName(
            "R-06 restart with invalid configuration or code stops nothing and reports the same error and exit code as"
                    + " start; after the correction it restarts with the options and in the folder of the daemon")
    void rejectedRestartStopsNothing() throws Exception {
        long pid = testShell
                .execute("ginkgo start hello.toml --set rate=33 --name own --pid own.pid")
                .hasExitCode(0)
                .pid();
        String restart = "cd / && ginkgo restart --pid " + folder.resolve("own.pid");
        testShell.write("hello.toml", "service = \"Hello.java\"\nrat = 10\n");
        testShell
                .execute(restart)
                .hasExitCode(78)
                .tells("hello.toml:2:1: unknown key \"rat\"", "1 problem in the configuration of Hello (hello.toml)")
                .tells("own (pid " + pid + ") is still running; nothing was stopped");
        testShell.write("hello.toml", "service = \"Hello.java\"\n");
        testShell.write("Hello.java", "class Hello {");
        testShell.execute(restart).hasExitCode(65).tells("Hello.java:1:", "nothing was stopped");
        testShell.write("Hello.java", "class Hello { void main() {} }");
        testShell.execute(restart).hasExitCode(78).tells("nothing was stopped");
        assertThat(testShell
                        .execute("ginkgo status --pid own.pid")
                        .hasExitCode(0)
                        .pid())
                .isEqualTo(pid);

        testShell.write("Hello.java", HELLO);
        TestShell.Result restarted = testShell.execute(restart).hasExitCode(0).printsOut("is READY");
        assertThat(restarted.out().lines()).as("%s", restarted).hasSize(1);
        assertThat(restarted.err().lines()).as("%s", restarted).hasSize(1);
        testShell.execute("ginkgo settings --pid own.pid").hasExitCode(0).printsOut("rate = 33  (--set)");
    }

    @Test
    @DisplayName("R-04 run --name answers commands like a daemon, but cannot be restarted")
    void namedRunAnswersCommands() throws Exception {
        Path out = folder.resolve("out");
        Process run = testShell.start("exec ginkgo run hello.toml --name here", out, folder.resolve("err"));
        await().atMost(TIMEOUT)
                .until(() -> testShell.execute("ginkgo status here").code() == 0);
        testShell.execute("ginkgo reload here").hasExitCode(0);
        testShell
                .execute("ginkgo restart here")
                .hasExitCode(78)
                .tells("not started with \"ginkgo start\"", "nothing was stopped");
        testShell.execute("ginkgo log here").hasExitCode(78).tells("has no log");
        testShell.execute("ginkgo stop here").hasExitCode(0);
        assertThat(run.waitFor()).isEqualTo(143);
        assertThat(Files.readString(out)).contains("hello at 10");
    }

    @Test
    @DisplayName("two programs with the same name are distinguished")
    void distinguishesProgramsWithSameName() throws Exception {
        testShell.execute("ginkgo start hello.toml").hasExitCode(0);
        testShell.execute("mkdir other && cp Hello.java hello.toml other").hasExitCode(0);
        testShell.execute("cd other && ginkgo stop hello.toml").hasExitCode(3).tells("another program has that name");
        testShell.execute("cd other && ginkgo start hello.toml").hasExitCode(73).tells("another --name");
        testShell.execute("cd other && ginkgo start hello.toml --pid my.pid").hasExitCode(0);
        testShell.execute("ginkgo status --pid other/my.pid").hasExitCode(0);
        testShell.execute("ginkgo stop --pid other/my.pid").hasExitCode(0);
        testShell.execute("ginkgo status hello").hasExitCode(0);
    }
}
