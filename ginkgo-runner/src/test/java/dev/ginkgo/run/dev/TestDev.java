package dev.ginkgo.run.dev;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.run.output.CommandContext;
import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.service.TargetOptions;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code ginkgo dev} in this JVM, without signals, on a thread of its own. */
final class TestDev implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Path folder;
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();
    private final CompletableFuture<Integer> exitCode = new CompletableFuture<>();
    private final CompletableFuture<DevSession> session = new CompletableFuture<>();

    private TestDev(Path folder) {
        this.folder = folder;
    }

    /** Starts {@code ginkgo dev} for a target in a folder, with these settings. */
    static TestDev start(Path folder, String target, Map<String, String> settings) {
        return start(folder, target, settings, List.of());
    }

    static TestDev start(Path folder, String target, Map<String, String> settings, List<String> classPath) {
        TestDev dev = new TestDev(folder);
        CommandContext context = new CommandContext(
                new PrintStream(dev.output, true, UTF_8),
                new PrintStream(dev.output, true, UTF_8),
                Map.of(),
                folder.toAbsolutePath());
        TargetOptions options =
                new TargetOptions(settings, classPath, Optional.empty(), Optional.empty(), Optional.empty(), false);
        Thread.ofPlatform().name("dev").start(() -> dev.run(context, options, target));
        return dev;
    }

    private void run(CommandContext context, TargetOptions options, String target) {
        try {
            DevCommand command = new DevCommand(context, options, target);
            session.complete(command.session());
            exitCode.complete(command.runSession());
        } catch (CommandException e) {
            context.printError(e.text());
            exitCode.complete(e.code().number());
        } catch (RuntimeException | Error e) {
            exitCode.completeExceptionally(e);
        }
    }

    /** Returns the source of a service whose text is a version. */
    static String service(String version) {
        return """
                final class Shop extends dev.ginkgo.Service {
                    final dev.ginkgo.Setting<Integer> size = setting("size", 1).between(1, 100);
                    final dev.ginkgo.Setting<String> place = setting("place", "here").restartRequired();
                    @Override public String toString() { return "%s of size " + size.get() + " " + place.get(); }
                }
                """.formatted(version);
    }

    /** Writes a file, as an editor does: to another file, which replaces it. */
    TestDev write(String name, String text) throws IOException {
        Path written = Files.writeString(Files.createTempFile(folder, "new", ".tmp"), text);
        Files.move(written, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        return this;
    }

    /** Waits until the running root has a text. */
    TestDev awaitProgram(String text) {
        await().atMost(TIMEOUT).untilAsserted(() -> {
            assertThat(exitCode).isNotDone();
            assertThat(tree().map(Ginkgo::root).map(Service::toString))
                    .as(output())
                    .contains(text);
        });
        return this;
    }

    /** Waits until the output contains a text. */
    TestDev awaitOutput(String text) {
        await().atMost(TIMEOUT).untilAsserted(() -> assertThat(output()).contains(text));
        return this;
    }

    /** Returns the output, and discards it. */
    String takeOutput() {
        synchronized (output) { // PrintStream writes with this monitor held
            String text = output();
            output.reset();
            return text;
        }
    }

    String output() {
        return output.toString(UTF_8);
    }

    Optional<Ginkgo> tree() {
        DevSession running = session.getNow(null);
        return running == null ? Optional.empty() : running.current().flatMap(ProgramVersion::tree);
    }

    Ginkgo requireTree() {
        return tree().orElseThrow();
    }

    /** Waits for the end, and returns the exit code. */
    int exitCode() throws ExecutionException, InterruptedException, TimeoutException {
        return exitCode.get(TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    }

    /** Returns the port of the dashboard. */
    int dashboard() {
        awaitOutput("dashboard at http://127.0.0.1:");
        return Integer.parseInt(output().replaceFirst("(?s).*dashboard at http://127\\.0\\.0\\.1:(\\d+)/.*", "$1"));
    }

    /** Returns the first sample of a stream of the dashboard. */
    static String sample(int port, String name) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                BufferedReader lines = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8))) {
            socket.setSoTimeout((int) TIMEOUT.toMillis());
            socket.getOutputStream()
                    .write(("GET /-/samples/" + name + " HTTP/1.1\r\nHost: localhost\r\n\r\n").getBytes(UTF_8));
            return lines.lines()
                    .filter(line -> line.startsWith("data: "))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Stops the session, and waits for its end. */
    @Override
    public void close() {
        session.join().stop(0);
        exitCode.join();
    }
}
