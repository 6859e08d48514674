package dev.ginkgo.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** Shell sessions with the unpacked distribution: every command of a daemon's life cycle, and its output. */
@TestInstance(Lifecycle.PER_CLASS)
class DaemonSessionTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Pattern PID = Pattern.compile("\\(pid (\\d+)");

    private Path folder = Path.of("");
    private Path bin = Path.of("");

    @BeforeAll
    void unpack(@TempDir Path empty) throws Exception {
        folder = empty;
        Process tar = new ProcessBuilder("tar", "xzf", System.getProperty("ginkgo.archive"), "-C", folder.toString())
                .inheritIO()
                .start();
        assertThat(tar.waitFor()).isZero();
        try (Stream<Path> unpacked = Files.list(folder)) {
            Path home = unpacked.findFirst().orElseThrow();
            bin = home.resolve("bin");
            for (String name : new String[] {"NumberServer.java", "numbers.toml"}) {
                Files.copy(home.resolve("examples/" + name), folder.resolve(name));
            }
        }
        run("ginkgo warm-up").exits(0);
    }

    @AfterEach
    void stopDaemons() throws Exception {
        run("for each in state/ginkgo/*.pid; do ginkgo stop --pid $each --kill --timeout 5s; done");
    }

    @Test
    @DisplayName("R-01 R-04 R-05 R-06 R-07 R-08 R-09 R-24 each command of a daemon's life cycle, from check to stop")
    void daemonFromCheckToStop() throws Exception {
        run("ginkgo check numbers.toml").exits(0).prints("ok: NumberServer (numbers.toml)", "nothing was started");
        long pid = run("ginkgo start numbers.toml --set bind=127.0.0.1:0")
                .exits(0)
                .prints("number-server is READY after")
                .pid();
        assertThat(run("ginkgo start numbers.toml")
                        .exits(73)
                        .prints("is already running")
                        .pid())
                .isEqualTo(pid);
        assertThat(run("ginkgo status numbers").exits(0).prints("is READY for").pid())
                .isEqualTo(pid);
        run("ginkgo tree numbers").exits(0).prints("number-server  READY", "└── tcp  READY");
        run("ginkgo threads numbers").exits(0).prints("#accept");
        run("ginkgo list").exits(0).prints("numbers", Long.toString(pid), "READY");

        // A valid and an invalid configuration
        edit("rate-per-minute = 60", "rate-per-minute = 120");
        run("ginkgo reload numbers").exits(0).prints("rate-per-minute: 60 -> 120");
        edit("rate-per-minute = 120", "rate-per-minute = -3");
        run("ginkgo reload numbers").exits(78).prints("nothing was changed", "numbers.toml:5:19", "outside 1..60000");
        run("ginkgo settings numbers").exits(0).prints("rate-per-minute = 120");

        // Invalid source while the daemon runs
        String source = Files.readString(folder.resolve("NumberServer.java"));
        Files.writeString(folder.resolve("NumberServer.java"), "class NumberServer {");
        run("ginkgo status numbers.toml").exits(0);
        run("ginkgo log numbers.toml").exits(0).prints("listening on 127.0.0.1:", "nothing was changed");
        run("ginkgo stop numbers.toml").exits(0).prints("(pid " + pid + ") has stopped after");
        run("ginkgo status numbers").exits(3).prints("is not running", "exit code 143");
        edit("rate-per-minute = -3", "rate-per-minute = 60");
        run("ginkgo start numbers.toml").exits(65).prints("NumberServer.java:1:", "nothing was started");
        Files.writeString(folder.resolve("NumberServer.java"), source);

        // kill -9, start again, restart, stop
        long next =
                run("ginkgo start numbers.toml --set bind=127.0.0.1:0").exits(0).pid();
        run("kill -9 " + next).exits(0);
        await().atMost(TIMEOUT).until(() -> run("ginkgo status numbers").code == 1);
        long after =
                run("ginkgo start numbers.toml --set bind=127.0.0.1:0").exits(0).pid();
        long last = run("cd / && ginkgo restart numbers")
                .exits(0)
                .prints("number-server is READY after")
                .pid();
        assertThat(last).isNotIn(pid, next, after);
        run("ginkgo stop numbers").exits(0).prints("(pid " + last + ") has stopped after");
    }

    @Test
    @DisplayName("R-02 R-05 each failed start, and a stop that leaves a task running, has its own exit code")
    void failuresHaveTheirOwnExitCodes() throws Exception {
        run("ginkgo start numbers.toml --set bind=192.0.2.1:7776") // an address reserved for documentation
                .exits(69)
                .prints("cannot listen on 192.0.2.1:7776 (setting `bind`, --set)", "BindException");
        Files.writeString(folder.resolve("Bad.java"), """
                import dev.ginkgo.*;
                class Bad extends Service {
                    final Setting<String> how = setting("how", "throw");
                    @Override protected void onStart() {
                        switch (how.get()) {
                            case "throw" -> throw new IllegalStateException("no luck");
                            case "wait" -> deferReady();
                            default -> spawn("deaf", this::park);
                        }
                    }
                    void park() {
                        while (true) java.util.concurrent.locks.LockSupport.park();
                    }
                }
                """);
        run("ginkgo start Bad.java").exits(70).prints("no luck", "at Bad.onStart(Bad.java:6)");
        run("ginkgo start Bad.java --set how=wait --set ginkgo.start-timeout=50ms")
                .exits(75)
                .prints("not ready after 50 ms");
        run("ginkgo start Bad.java --set how=leak --set ginkgo.stop-timeout=200ms")
                .exits(0);
        run("ginkgo stop Bad").exits(79).prints("bad#deaf still runs", "Bad.park(Bad.java:12)");
        run("ginkgo start nothing.toml").exits(78).prints("nothing.toml does not exist", "numbers.toml");
        run("ginkgo stop").exits(64).prints("missing daemon");
        run("ginkgo stop --kil numbers").exits(64).prints("did you mean --kill?");
    }

    private void edit(String old, String replacement) throws IOException {
        Path file = folder.resolve("numbers.toml");
        String text = Files.readString(file);
        assertThat(text).contains(old);
        Files.writeString(file, text.replace(old, replacement));
    }

    private record Result(String command, int code, String output) {
        Result exits(int expected) {
            assertThat(code)
                    .as("exit code of %s, with the output: %s", command, output)
                    .isEqualTo(expected);
            return this;
        }

        Result prints(String... texts) {
            assertThat(output).as(command).contains(texts);
            return this;
        }

        /** Returns the last pid in the output: a restart prints the old pid first. */
        long pid() {
            List<String> pids =
                    PID.matcher(output).results().map(each -> each.group(1)).toList();
            assertThat(pids).as("pids in %s", output).isNotEmpty();
            return Long.parseLong(pids.getLast());
        }
    }

    private Result run(String command) throws Exception {
        Path output = Files.createTempFile(folder, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder("env", "--default-signal=HUP,INT,TERM", "sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().clear();
        builder.environment().put("PATH", bin + ":/usr/bin:/bin");
        builder.environment().put("LANG", "C.UTF-8");
        builder.environment().put("GINKGO_JAVA_HOME", System.getProperty("java.home"));
        for (String name : new String[] {"STATE_HOME", "RUNTIME_DIR", "CACHE_HOME"}) {
            Path directory = folder.resolve(name.substring(0, name.indexOf('_')).toLowerCase(Locale.ROOT));
            builder.environment()
                    .put("XDG_" + name, Files.createDirectories(directory).toString());
        }
        Process process = builder.start();
        try {
            assertThat(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS))
                    .as(command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(command, process.exitValue(), Files.readString(output));
    }
}
