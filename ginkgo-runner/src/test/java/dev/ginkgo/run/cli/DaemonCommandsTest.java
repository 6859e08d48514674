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

/** Sessions in a real shell, with the script and real daemons. */
class DaemonCommandsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
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
    void user() throws IOException {
        shell = new TestShell(folder);
        shell.write("Hello.java", HELLO);
        shell.write("hello.toml", "service = \"Hello.java\"\nrate = 10\n");
    }

    @AfterEach
    void logout() throws IOException {
        shell.close();
    }

    @Test
    @DisplayName(
            "R-01 start returns when it is ready, with pid and time; R-04 a second one is refused and names that pid;"
                    + " R-08 status; R-05 stop waits until it is gone; R-22 tree, threads")
    void life() throws Exception {
        TestShell.Result started =
                shell.type("ginkgo start hello.toml").exits(0).says("hello is READY after ", " ms (pid ");
        long pid = started.pid();
        assertThat(started.err()).isEmpty();

        assertThat(shell.type("ginkgo start hello.toml")
                        .exits(73)
                        .tells(
                                "hello",
                                "runs already",
                                folder.resolve("hello.toml").toString())
                        .pid())
                .isEqualTo(pid);
        shell.type("ginkgo status hello.toml")
                .exits(0)
                .says("hello is READY for ", "pid " + pid, "configured by: " + folder.resolve("hello.toml"));
        shell.type("ginkgo status hello --json").exits(0).says("\"state\":\"READY\"", "\"pid\":" + pid);
        shell.type("ginkgo list").exits(0).says("hello", Long.toString(pid), "READY");
        shell.type("ginkgo tree hello").exits(0).says("hello  READY", "1 task");
        shell.type("ginkgo threads hello").exits(0).says("#hello", "at user//Hello");
        shell.type("ginkgo threads hello --json").exits(0).says("\"services\":[{", "\"stack\":[");
        shell.type("ginkgo settings hello").exits(0).says("rate = 10  (file hello.toml:2)");
        shell.type("ginkgo log hello").exits(0).says("hello at 10");

        shell.type("ginkgo stop hello").exits(0).tells("hello (pid " + pid + ") has stopped after ");
        assertThat(ProcessIdentity.of(pid)).isEmpty(); // a zombie at most
        shell.type("ginkgo status hello").exits(3).says("hello is not running; it ended at", "exit code 143");
        shell.type("ginkgo stop hello").exits(3);
        shell.type("ginkgo stop helo").exits(3).tells("helo is not running");
        shell.type("ginkgo log hello").exits(0).says("hello at 10");
    }

    @Test
    @DisplayName("R-07 a reload says what changed; a bad file is told with exit code 78, and the service runs on")
    void reload() throws Exception {
        shell.type("ginkgo start hello.toml").exits(0);
        shell.write("hello.toml", "service = \"Hello.java\"\nrate = 20\n");
        shell.type("ginkgo reload hello").exits(0).says("rate: 10 -> 20");
        shell.write("hello.toml", "service = \"Hello.java\"\nrate = 0\n");
        shell.type("ginkgo reload hello").exits(78).tells("nothing was changed", "hello.toml:2:8", "1..60000");
        shell.type("ginkgo status hello").exits(0);
    }

    @Test
    @DisplayName("R-09 with broken code and a broken file on disk, status, reload, log and stop work")
    void brokenCode() throws Exception {
        shell.type("ginkgo start hello.toml").exits(0);
        shell.write("Hello.java", "class Hello {");
        shell.write("hello.toml", "service = ");
        shell.type("ginkgo status hello.toml").exits(0);
        shell.type("ginkgo reload hello.toml").exits(78).tells("hello.toml:1:");
        shell.type("ginkgo log hello.toml").exits(0);
        shell.type("ginkgo stop hello.toml").exits(0);
        shell.type("ginkgo start hello.toml").exits(78).tells("hello.toml:1:");
        shell.type("ginkgo log hello.toml").exits(78).tells("hello ended before it opened its log", "ginkgo status");
    }

    @Test
    @DisplayName(
            "R-08 of a daemon that is just starting status says that (4); R-22 what can be asked by then is told, and"
                    + " of the rest that it is not up yet; R-04 a --pid that names some other file, or none, is refused")
    void starting() throws Exception {
        shell.write("Slow.java", """
                import java.nio.file.*;
                class Slow extends dev.ginkgo.Service {
                    Slow() throws Exception { await("made"); }
                    @Override protected void onStart() throws Exception { await("started"); }
                    static void await(String file) throws Exception {
                        while (!Files.exists(Path.of(file))) Thread.sleep(5);
                    }
                }
                """);
        Process start = shell.start("ginkgo start Slow.java", folder.resolve("out"), folder.resolve("err"));
        await().atMost(PATIENCE).until(() -> shell.type("ginkgo status Slow").code() == 4);
        shell.type("ginkgo status Slow").exits(4).says("is running, but does not answer yet: it has just been started");
        shell.type("ginkgo tree Slow").exits(4).tells("it has just been started");
        shell.type("ginkgo log Slow").exits(75).tells("has not opened its log yet");
        shell.type("touch made").exits(0);
        await().atMost(PATIENCE)
                .until(() -> shell.type("ginkgo tree Slow").out().contains("slow  STARTING"));
        TestShell.Result threads = shell.type("ginkgo threads Slow").exits(4).tells("it is not up yet; ask again");
        assertThat(threads.err()).doesNotContain("does not answer");
        shell.type("touch started").exits(0);
        assertThat(start.waitFor()).isZero();

        shell.type("ginkgo start hello.toml --pid hello.toml").exits(73).tells("hello.toml is no pidfile", "--pid");
        assertThat(folder.resolve("hello.toml")).content().startsWith("service = ");
        shell.type("ginkgo start hello.toml --pid no/x.pid").exits(73).tells("no/x.pid: no such file or folder");
    }

    @Test
    @DisplayName("R-02 a start that fails prints its cause and the last lines of the log: 69, 70, 75, 78, 65")
    void failingStarts() throws Exception {
        shell.write("Port.java", """
                import java.net.*;
                class Port extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception {
                        IO.println("about to bind");
                        ServerSocket first = own(new ServerSocket(0));
                        own(new ServerSocket(first.getLocalPort()));
                    }
                }
                """);
        shell.type("ginkgo start Port.java")
                .exits(69)
                .tells("BindException", "at Port.onStart(Port.java:6)", "The last lines of ", "about to bind");
        shell.type("ginkgo status Port").exits(3).says("exit code 69");
        shell.write("Boom.java", """
                class Boom extends dev.ginkgo.Service {
                    @Override protected void onStart() { throw new IllegalStateException("no luck"); }
                }
                """);
        shell.type("ginkgo start Boom.java").exits(70).tells("no luck", "Boom.java:2");
        shell.write("Late.java", """
                class Late extends dev.ginkgo.Service {
                    @Override protected void onStart() { readyLater(); }
                }
                """);
        shell.type("ginkgo start Late.java --set ginkgo.start-timeout=50ms")
                .exits(75)
                .tells("not ready after 50 ms");
        shell.type("ginkgo start hello.toml --set rate=0").exits(78).tells("1..60000");
        shell.write("Typo.java", "class Typo extends dev.ginkgo.Service { int x = }");
        shell.type("ginkgo start Typo.java").exits(65).tells("Typo.java:1");
        shell.write("Dies.java", """
                class Dies extends dev.ginkgo.Service {
                    @Override protected void onStart() { Runtime.getRuntime().halt(3); }
                }
                """);
        shell.type("ginkgo start Dies.java").exits(70).tells("ended before it was ready");
        shell.type("ginkgo status Dies").exits(1).says("Dies is dead");
    }

    @Test
    @DisplayName(
            "R-04 after kill -9 status says dead (1), and it starts again; a pidfile of another process is no hindrance")
    void killed() throws Exception {
        long pid = shell.type("ginkgo start hello.toml").exits(0).pid();
        shell.type("kill -9 " + pid).exits(0);
        await().atMost(PATIENCE).until(() -> shell.type("ginkgo status hello").code() == 1);
        shell.type("ginkgo list").exits(0).says("DEAD");
        shell.type("ginkgo stop hello").exits(3).tells("without a word");
        long again = shell.type("ginkgo start hello.toml").exits(0).pid();
        assertThat(again).isNotEqualTo(pid);
        shell.type("ginkgo stop hello").exits(0);
        // Given the number of a living process that is not ours, with another birth
        Path file = folder.resolve("state/ginkgo/hello.pid");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceFirst("^\n", ProcessHandle.current().pid() + "\n"));
        shell.type("ginkgo start hello.toml").exits(0);
    }

    @Test
    @DisplayName("R-11 of two starts at the same moment one wins, and the other names its pid")
    void race() throws Exception {
        String both = "ginkgo start hello.toml >a 2>&1 & one=$!; ginkgo start hello.toml >b 2>&1; two=$?; wait $one; "
                + "echo $? $two; cat a b";
        TestShell.Result result = shell.type(both).exits(0);
        assertThat(result.out()).as("%s", result).containsPattern("^(0 73|73 0)\n");
        result.says("is READY", "runs already");
        long winner = shell.type("ginkgo status hello").exits(0).pid();
        result.says("hello is READY after", "hello (pid " + winner + ", started from");
    }

    @Test
    @DisplayName("R-05 a task that ignores its interruption: stop says what is left, with its stack; one that hangs in"
            + " onStop: stop gives up, and --kill ends it; R-06 restart then starts nothing")
    void deaf() throws Exception {
        shell.write("Deaf.java", """
                class Deaf extends dev.ginkgo.Service {
                    @Override protected void onStart() { spawn("deaf", this::forEver); }
                    void forEver() {
                        while (true) java.util.concurrent.locks.LockSupport.park();
                    }
                }
                """);
        shell.type("ginkgo start Deaf.java --set ginkgo.stop-timeout=200ms").exits(0);
        shell.type("ginkgo stop Deaf").exits(79).tells("has stopped after", "deaf#deaf still runs", "Deaf.java:4");

        long pid = shell.type("ginkgo start Deaf.java --set ginkgo.stop-timeout=1h")
                .exits(0)
                .pid();
        shell.type("ginkgo restart Deaf --timeout 200ms").exits(75).tells("still runs");
        assertThat(shell.type("ginkgo status Deaf").exits(4).says("STOPPING").pid())
                .isEqualTo(pid);
        shell.type("ginkgo stop Deaf --timeout 200ms").exits(75).tells("--kill");
        shell.type("ginkgo stop Deaf --timeout 200ms --kill").exits(0).tells("was killed after");
        shell.type("ginkgo status Deaf").exits(1);
    }

    @Test
    @DisplayName("R-06 restart stops it and starts it with the same words, in the same folder")
    void restart() throws Exception {
        long pid = shell.type("ginkgo start hello.toml --set 'rate=33' --name 'my-hello'")
                .exits(0)
                .pid();
        long again = shell.type("cd / && ginkgo restart my-hello")
                .exits(0)
                .says("is READY")
                .pid();
        assertThat(again).isNotEqualTo(pid);
        assertThat(ProcessIdentity.of(pid)).isEmpty(); // a zombie at most
        shell.type("ginkgo settings my-hello").exits(0).says("rate = 33  (--set)");
        shell.type("ginkgo stop my-hello").exits(0);
        shell.type("ginkgo restart my-hello").exits(0).says("is READY"); // also one that does not run
        shell.type("ginkgo restart hello.toml").exits(0).says("hello is READY"); // and one that never did
        shell.type("ginkgo restart nobody").exits(3);
    }

    @Test
    @DisplayName("R-06 restart with a configuration or code that would not start stops nothing: the same words and exit"
            + " code as start, with the options and in the folder of the daemon; then all is mended, and it restarts")
    void refusedRestart() throws Exception {
        long pid = shell.type("ginkgo start hello.toml --set rate=33 --name own --pid own.pid")
                .exits(0)
                .pid();
        String restart = "cd / && ginkgo restart --pid " + folder.resolve("own.pid");
        shell.write("hello.toml", "service = \"Hello.java\"\nrat = 10\n");
        shell.type(restart)
                .exits(78)
                .tells("hello.toml:2:1: unknown key \"rat\"", "1 problem in the configuration of Hello (hello.toml)")
                .tells("own (pid " + pid + ") runs on; nothing was stopped");
        shell.write("hello.toml", "service = \"Hello.java\"\n");
        shell.write("Hello.java", "class Hello {");
        shell.type(restart).exits(65).tells("Hello.java:1:", "nothing was stopped");
        shell.write("Hello.java", "class Hello { void main() {} }");
        shell.type(restart).exits(78).tells("nothing was stopped");
        assertThat(shell.type("ginkgo status --pid own.pid").exits(0).pid()).isEqualTo(pid);

        shell.write("Hello.java", HELLO);
        TestShell.Result restarted = shell.type(restart).exits(0).says("is READY");
        assertThat(restarted.out().lines()).as("%s", restarted).hasSize(1);
        assertThat(restarted.err().lines()).as("%s", restarted).hasSize(1);
        shell.type("ginkgo settings --pid own.pid").exits(0).says("rate = 33  (--set)");
    }

    @Test
    @DisplayName("R-04 run with a name is found and asked like a daemon, but is not one to start again")
    void named() throws Exception {
        Path out = folder.resolve("out");
        Process run = shell.start("exec ginkgo run hello.toml --name here", out, folder.resolve("err"));
        await().atMost(PATIENCE).until(() -> shell.type("ginkgo status here").code() == 0);
        shell.type("ginkgo reload here").exits(0);
        shell.type("ginkgo restart here").exits(78).tells("not started by \"ginkgo start\"", "nothing was stopped");
        shell.type("ginkgo log here").exits(78).tells("has no log");
        shell.type("ginkgo stop here").exits(0);
        assertThat(run.waitFor()).isEqualTo(143);
        assertThat(Files.readString(out)).contains("hello at 10");
    }

    @Test
    @DisplayName("two programs of one name are told apart")
    void sameName() throws Exception {
        shell.type("ginkgo start hello.toml").exits(0);
        shell.type("mkdir other && cp Hello.java hello.toml other").exits(0);
        shell.type("cd other && ginkgo stop hello.toml").exits(3).tells("another program of that name");
        shell.type("cd other && ginkgo start hello.toml").exits(73).tells("another --name");
        shell.type("cd other && ginkgo start hello.toml --pid my.pid").exits(0);
        shell.type("ginkgo status --pid other/my.pid").exits(0);
        shell.type("ginkgo stop --pid other/my.pid").exits(0);
        shell.type("ginkgo status hello").exits(0);
    }
}
