package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.CommandProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A service in a separate process: signals, exit codes and output. */
class ServiceRunnerTest {
    private static final String READY = "press Ctrl-C to stop";

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-03 Ctrl-C shuts down gracefully and exits with 130; R-20 a source file is enough to start")
    void stopsOnInterrupt() throws Exception {
        try (CommandProcess hello = hello()) {
            hello.awaitOutput("hello-world is READY after ").signal("INT");
            assertThat(hello.exitCode()).isEqualTo(130);
            assertThat(hello.output()).contains("onStop ran").contains("hello-world has stopped after ");
        }
    }

    @Test
    @DisplayName("R-03 TERM exits with 143, or as configured")
    void stopsOnTerm() throws Exception {
        try (CommandProcess hello = hello()) {
            hello.awaitOutput(READY).signal("TERM");
            assertThat(hello.exitCode()).isEqualTo(143);
            assertThat(hello.output()).contains("onStop ran");
        }
        try (CommandProcess hello = hello("--set", "ginkgo.exit-on-term=0")) {
            hello.awaitOutput(READY).signal("TERM");
            assertThat(hello.exitCode()).isZero();
        }
    }

    @Test
    @DisplayName(
            "R-03 a repeated TERM changes nothing; a second INT halts at once and reports the tasks that still run")
    void haltsOnSecondInterrupt() throws Exception {
        String stuck = """
                class Stuck extends dev.ginkgo.Service {
                    @Override protected void onStart() { spawn("loop", this::forever); }
                    @Override protected void onStop() { IO.println("stopping"); }
                    void forever() {
                        while (true) java.util.concurrent.locks.LockSupport.park();
                    }
                }
                """;
        try (CommandProcess service = launch("Stuck.java", stuck)) {
            service.awaitOutput(READY)
                    .signal("TERM")
                    .awaitOutput("stopping")
                    .signal("TERM")
                    .signal("INT");
            assertThat(service.isAlive()).isTrue();
            service.signal("INT");
            assertThat(service.exitCode()).isEqualTo(130);
            assertThat(service.output())
                    .contains("Halted before the stop was complete")
                    .contains("stuck#loop still runs after");
            assertThat(service.output()).contains("Stuck.forever(Stuck.java:5)");
        }
    }

    @Test
    @DisplayName("R-03 a signal during the start cancels it")
    void signalCancelsStart() throws Exception {
        try (CommandProcess service = launch("Slow.java", """
                class Slow extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception {
                        IO.println("starting");
                        new java.util.concurrent.CountDownLatch(1).await();
                    }
                }
                """)) {
            service.awaitOutput("starting").signal("INT");
            assertThat(service.exitCode()).isEqualTo(130);
        }
    }

    @Test
    @DisplayName("C-11 a reload that is requested during the start waits until the service is ready")
    void delaysReload_untilReady() throws Exception {
        try (CommandProcess service = launch("Slow.java", """
                class Slow extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception {
                        IO.println("starting");
                        Thread.sleep(1_000);
                        IO.println("started");
                    }
                    @Override protected void onReload() { IO.println("reloading"); }
                }
                """)) {
            service.awaitOutput("starting")
                    .signal("HUP")
                    .awaitOutput("reloading")
                    .signal("TERM");
            assertThat(service.output()).containsSubsequence("started", "reloading");
        }
    }

    @Test
    @DisplayName("R-03 a task that does not stop is reported with its stack; exit code 79")
    void reportsLeakedTask() throws Exception {
        try (CommandProcess service = launch("Stuck.java", """
                class Stuck extends dev.ginkgo.Service {
                    @Override protected void onStart() { spawn("loop", this::forever); }
                    void forever() {
                        while (true) java.util.concurrent.locks.LockSupport.park();
                    }
                }
                """, "--set", "ginkgo.stop-timeout=100ms")) {
            service.awaitOutput(READY).signal("TERM");
            assertThat(service.exitCode()).isEqualTo(79);
            assertThat(service.output()).contains("stuck#loop still runs").contains("Stuck.java:4");
        }
    }

    @Test
    @DisplayName(
            "HUP reloads and prints the changed keys, or every problem and \"nothing was changed\", or \"no file\"")
    void reloadsOnHangup() throws Exception {
        Path toml = write("hello.toml", "service = \"HelloWorld.java\"\nrate = 60\n");
        write("HelloWorld.java", HELLO);
        try (CommandProcess hello = CommandProcess.start(folder, "hello.toml")) {
            hello.awaitOutput(READY);
            Files.writeString(toml, "service = \"HelloWorld.java\"\nrate = 90\n");
            hello.signal("HUP").awaitOutput("rate: 60 -> 90");
            Files.writeString(toml, "service = \"HelloWorld.java\"\nrate = 0\n");
            hello.signal("HUP").awaitOutput("nothing was changed").awaitOutput("hello.toml:2:");
            hello.signal("TERM");
            assertThat(hello.exitCode()).isEqualTo(143);
        }
        try (CommandProcess hello = CommandProcess.start(folder, "HelloWorld.java")) {
            hello.awaitOutput(READY).signal("HUP").awaitOutput("no file");
        }
    }

    @Test
    @DisplayName(
            "R-12 a failed start shows the line of user code; exit code 70, 69 for a port in use, 75 for a timeout")
    void reportsFailedStart() throws Exception {
        try (CommandProcess service = launch("Boom.java", """
                class Boom extends dev.ginkgo.Service {
                    @Override protected void onStart() {
                        throw new IllegalStateException("no luck");
                    }
                }
                """)) {
            assertThat(service.exitCode()).isEqualTo(70);
            assertThat(service.output()).contains("no luck\n    at Boom.onStart(Boom.java:3)\n        throw new Ill");
        }
        try (CommandProcess service = launch("Port.java", """
                import java.net.*;
                class Port extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception {
                        ServerSocket first = closeOnStop(new ServerSocket(0));
                        closeOnStop(new ServerSocket(first.getLocalPort()));
                    }
                }
                """)) {
            assertThat(service.exitCode()).isEqualTo(69);
        }
        try (CommandProcess service = launch("Late.java", """
                class Late extends dev.ginkgo.Service {
                    @Override protected void onStart() { deferReady(); }
                }
                """, "--set", "ginkgo.start-timeout=50ms")) {
            assertThat(service.exitCode()).isEqualTo(75);
            assertThat(service.output()).contains("not ready after 50 ms");
        }
    }

    @Test
    @DisplayName("a service that fails while running ends the process with exit code 1, one that stops itself with 0")
    void exitCodeReflectsOutcome() throws Exception {
        try (CommandProcess service = launch("Fails.java", """
                class Fails extends dev.ginkgo.Service {
                    @Override protected void onStart() {
                        spawn("task", () -> {
                            awaitReady(java.time.Duration.ofSeconds(9));
                            throw new IllegalStateException("later");
                        });
                    }
                }
                """)) {
            assertThat(service.exitCode()).isEqualTo(1);
            assertThat(service.output()).contains("fails has failed: ").contains("Fails.java:5");
        }
        try (CommandProcess service = launch("Ends.java", """
                class Ends extends dev.ginkgo.Service {
                    @Override protected void onStart() { spawn("task", this::stop); }
                }
                """)) {
            assertThat(service.exitCode()).isZero();
        }
    }

    @Test
    @DisplayName("R-18 an uncaught error on any thread shuts the process down gracefully; exit code 70")
    void shutsDown_onUncaughtError() throws Exception {
        try (CommandProcess service = launch("Stray.java", """
                class Stray extends dev.ginkgo.Service {
                    @Override protected void onStart() {
                        Thread stray = new Thread(() -> { throw new OutOfMemoryError("none left"); }, "stray");
                        stray.start();
                    }
                    @Override protected void onStop() { IO.println("onStop ran"); }
                }
                """)) {
            assertThat(service.exitCode()).isEqualTo(70);
            assertThat(service.output())
                    .contains("stray")
                    .contains("OutOfMemoryError: none left")
                    .contains("Stray.java:3");
        }
        try (CommandProcess service = launch("Early.java", """
                class Early extends dev.ginkgo.Service {
                    @Override protected void onStart() throws Exception {
                        new Thread(() -> { throw new IllegalStateException("too early"); }, "stray").start();
                        new java.util.concurrent.CountDownLatch(1).await();
                    }
                }
                """)) {
            assertThat(service.exitCode()).isEqualTo(70);
            assertThat(service.output())
                    .contains("Uncaught exception in thread stray")
                    .contains("too early")
                    .contains("Early.java:3");
        }
    }

    @Test
    @DisplayName("the log is text on standard error or JSON in a file, and a reload changes its level")
    void logsInConfiguredFormat() throws Exception {
        write("Talk.java", """
                class Talk extends dev.ginkgo.Service {
                    @Override protected void onStart() { spawn("talk", () -> log.info("at info")); }
                    @Override protected void onReload() { log.debug("at debug"); }
                }
                """);
        Path toml = write("talk.toml", "service = \"Talk.java\"\n[log]\nlevel = \"info\"\n");
        try (CommandProcess service = CommandProcess.start(folder, "talk.toml")) {
            service.awaitOutput("INFO  [talk#talk] Talk - at info");
            Files.writeString(toml, "service = \"Talk.java\"\n[log]\nlevel = \"debug\"\n");
            service.awaitOutput(READY).signal("HUP").awaitOutput("Talk - at debug");
        }
        try (CommandProcess service =
                CommandProcess.start(folder, "talk.toml", "--set", "log.format=json", "--set", "log.file=talk.log")) {
            service.awaitOutput(READY).signal("TERM");
            assertThat(service.exitCode()).isEqualTo(143);
            assertThat(service.output()).doesNotContain("at info");
            assertThat(folder.resolve("talk.log"))
                    .content()
                    .contains("\"message\":\"at info\"")
                    .startsWith("{");
        }
    }

    private static final String HELLO = """
            import dev.ginkgo.*;
            class HelloWorld extends Service {
                final Setting<Integer> rate = setting("rate", 60).between(1, 60_000);
                @Override protected void onStop() { IO.println("onStop ran"); }
            }
            """;

    private CommandProcess hello(String... options) throws IOException {
        return launch("HelloWorld.java", HELLO, options);
    }

    private CommandProcess launch(String file, String program, String... options) throws IOException {
        write(file, program);
        String[] words = new String[options.length + 1];
        words[0] = file;
        System.arraycopy(options, 0, words, 1, options.length);
        return CommandProcess.start(folder, words);
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }
}
