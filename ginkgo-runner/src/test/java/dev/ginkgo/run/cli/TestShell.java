package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A shell with a working folder, {@code ginkgo} on the path, and its own state and runtime folders for daemons. */
public final class TestShell implements AutoCloseable {
    private final Path folder;
    private final Map<String, String> environment = new TreeMap<>();

    public TestShell(Path folder) {
        this.folder = folder;
        environment.put("PATH", TestDistribution.script().getParent() + ":" + System.getenv("PATH"));
        environment.put("GINKGO_JAVA_HOME", System.getProperty("java.home"));
        environment.put("XDG_STATE_HOME", folder.resolve("state").toString());
        environment.put("XDG_RUNTIME_DIR", folder.resolve("run").toString());
        environment.put("HOME", folder.toString());
    }

    /** Exit code and output of a command line. */
    public record Result(String line, int code, String out, String err) {
        public Result hasExitCode(int expected) {
            assertThat(code).as("exit code of %s", this).isEqualTo(expected);
            return this;
        }

        public Result printsOut(String... texts) {
            assertThat(out).as("%s", this).contains(texts);
            return this;
        }

        public Result printsErr(String... texts) {
            assertThat(err).as("%s", this).contains(texts);
            return this;
        }

        /** Returns the number after the first {@code pid } in the output. */
        public long pid() {
            return Long.parseLong(both().replaceFirst("(?s).*?pid (\\d+).*", "$1"));
        }

        private String both() {
            return out + err;
        }

        @Override
        public String toString() {
            return "$ " + line + " → " + code + "\n" + out + err;
        }
    }

    /** Sets an environment variable. */
    TestShell withVariable(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    public void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    /** Runs a command line and waits up to 60 s for its end. */
    public Result execute(String line) throws IOException, InterruptedException {
        Path out = Files.createTempFile(folder, "out", "");
        Path err = Files.createTempFile(folder, "err", "");
        Process process = start(line, out, err);
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("the command did not end within 60 s: " + line + "\n" + Files.readString(out)
                    + Files.readString(err));
        }
        return new Result(line, process.exitValue(), Files.readString(out), Files.readString(err));
    }

    /** Starts a command line without waiting for its end. */
    public Process start(String line, Path out, Path err) throws IOException {
        // A test run may ignore signals (nohup and "&" do), and child processes inherit that.
        ProcessBuilder builder = new ProcessBuilder("env", "--default-signal=HUP,INT,QUIT,TERM", "sh", "-c", line)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().putAll(environment);
        builder.environment().remove("JDK_JAVA_OPTIONS");
        builder.environment().remove("JAVA_TOOL_OPTIONS");
        return builder.start();
    }

    Path folder() {
        return folder;
    }

    /** Kills the remaining daemons. */
    @Override
    public void close() throws IOException {
        kill(folder.resolve("state/ginkgo"));
        kill(folder); // daemons started with --pid
    }

    private static void kill(Path pids) throws IOException {
        if (!Files.exists(pids)) {
            return;
        }
        try (Stream<Path> files = Files.list(pids)) {
            files.filter(file -> file.toString().endsWith(".pid"))
                    .flatMap(TestShell::pid)
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static Stream<Long> pid(Path file) {
        try {
            List<String> lines = Files.readAllLines(file);
            return lines.isEmpty() || lines.getFirst().isEmpty()
                    ? Stream.empty()
                    : Stream.of(Long.valueOf(lines.getFirst()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
