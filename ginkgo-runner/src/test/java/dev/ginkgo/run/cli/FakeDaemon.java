package dev.ginkgo.run.cli;

import dev.ginkgo.run.daemon.ControlServer;
import dev.ginkgo.run.daemon.DaemonRecord;
import dev.ginkgo.run.daemon.DaemonRegistration;
import dev.ginkgo.run.daemon.PidFile;
import dev.ginkgo.run.daemon.ProcessIdentity;
import dev.ginkgo.run.output.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A daemon for tests of commands in this JVM: this process under a name, with prepared responses; or another process. */
public final class FakeDaemon implements AutoCloseable {
    private final DaemonRegistration registration;
    private final Map<String, String> responses = new ConcurrentHashMap<>();
    private final CountDownLatch requested = new CountDownLatch(1);

    private FakeDaemon(DaemonRegistration registration) {
        this.registration = registration;
    }

    private final class Handler implements ControlServer.RequestHandler {
        @Override
        public Map<String, @Nullable Object> handle(boolean acts, String command) throws IOException {
            requested.countDown();
            String response = responses.get(command);
            if (response == null) {
                throw new IllegalArgumentException("unknown view " + command);
            }
            return JsonText.read(response);
        }

        @Override
        public ControlServer.Session openSession(String kind) {
            throw new IllegalArgumentException("unknown session " + kind);
        }
    }

    /** Sets the folders of a command to subfolders of {@code folder}, where it finds only daemons of this test. */
    public static InProcessCommand command(Path folder) {
        return new InProcessCommand(folder)
                .environment("XDG_STATE_HOME", folder.resolve("state").toString())
                .environment("XDG_RUNTIME_DIR", folder.resolve("run").toString())
                .environment("HOME", folder.toString());
    }

    /** Registers this process under a name. */
    public static FakeDaemon start(InProcessCommand command, String name) throws IOException {
        FakeDaemon daemon = new FakeDaemon(claim(command, name));
        daemon.registration.serve(daemon.new Handler());
        return daemon;
    }

    /** Registers this process under a name, with a real handler of requests. */
    public static FakeDaemon start(InProcessCommand command, String name, ControlServer.RequestHandler handler)
            throws IOException {
        FakeDaemon daemon = new FakeDaemon(claim(command, name));
        daemon.registration.serve(handler);
        return daemon;
    }

    private static DaemonRegistration claim(InProcessCommand command, String name) throws IOException {
        return DaemonRegistration.claim(command.terminal(), name + ".toml", Optional.of(name), Optional.empty());
    }

    /** Writes the pidfile of another process. */
    public static void register(Path folder, String name, Process process) throws IOException {
        Path pids = Files.createDirectories(folder.resolve("state/ginkgo"));
        try (PidFile pidFile = PidFile.lock(pids.resolve(name + ".pid")).orElseThrow()) {
            pidFile.write(new DaemonRecord(
                    name,
                    ProcessIdentity.of(process.pid()).orElseThrow(),
                    name + ".toml",
                    folder.resolve(name + ".toml").toString(),
                    folder.toString(),
                    "",
                    folder.resolve(name + ".sock").toString(),
                    Instant.EPOCH.toString(),
                    "test",
                    Optional.empty()));
        }
    }

    /** Sets the response to a request, a JSON object. */
    public FakeDaemon responds(String command, String json) {
        responses.put(command, json);
        return this;
    }

    /** Sets the log file. */
    public FakeDaemon withLog(Path log) throws IOException {
        registration.log(log);
        return this;
    }

    /** Waits for the first request. */
    public void awaitRequest() throws InterruptedException {
        if (!requested.await(30, TimeUnit.SECONDS)) {
            throw new AssertionError("no request");
        }
    }

    /** Records an exit. The process goes on, but is no longer considered a daemon of that name. */
    public void end(int code) {
        registration.end(code, "");
    }

    @Override
    public void close() {
        end(0);
    }
}
