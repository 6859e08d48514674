package dev.ginkgo.dist;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A folder with an unpacked distribution, and a shell in which no JDK can be found: the {@code PATH} has {@code ginkgo} and
 * standard tools only, and the launcher searches no folder.
 */
final class CleanMachine {
    private static final int TIMEOUT_SECONDS = 120;
    private static final List<String> TOOLS = List.of(
            "cat",
            "cksum",
            "cp",
            "date",
            "dirname",
            "echo",
            "env",
            "find",
            "head",
            "id",
            "kill",
            "mkdir",
            "mv",
            "readlink",
            "rm",
            "setsid",
            "sh",
            "sleep",
            "tail",
            "true");

    private final Path folder;
    private final Path home;
    private final Path path;

    private CleanMachine(Path folder, Path home, Path command) throws IOException {
        this.folder = folder;
        this.home = home;
        path = Files.createDirectories(folder.resolve("path"));
        for (String tool : TOOLS) {
            Path executable = Stream.of("/usr/bin/", "/bin/")
                    .map(each -> Path.of(each + tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("this machine has no " + tool));
            writeCommand(tool, executable);
        }
        writeCommand("ginkgo", command);
    }

    private void writeCommand(String name, Path executable) throws IOException {
        Path script = Files.writeString(path.resolve(name), "#!/bin/sh\nexec " + executable + " \"$@\"\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
    }

    /** Unpacks the archive with a runtime. */
    static CleanMachine withArchive(Path folder) throws IOException, InterruptedException {
        execute("tar", "xzf", System.getProperty("ginkgo.archive.with.runtime"), "-C", folder.toString());
        try (DirectoryStream<Path> unpacked = Files.newDirectoryStream(folder, "ginkgo-*")) {
            Path home = unpacked.iterator().next();
            return new CleanMachine(folder, home, home.resolve("bin/ginkgo"));
        }
    }

    /** Unpacks the Debian package as dpkg does, except that the root of the file system is the folder. */
    static CleanMachine withDebianPackage(Path folder) throws IOException, InterruptedException {
        execute("dpkg-deb", "-x", System.getProperty("ginkgo.debian.package"), folder.toString());
        return new CleanMachine(folder, folder.resolve("opt/ginkgo"), folder.resolve("usr/bin/ginkgo"));
    }

    /** Returns the folder of the distribution. */
    Path home() {
        return home;
    }

    /** Returns the working folder of the shell. */
    Path folder() {
        return folder;
    }

    Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    /** Output of a command that has ended. */
    record Result(String command, int code, String output) {
        Result succeeds() {
            assertThat(code)
                    .as("exit code of %s, which printed: %s", command, output)
                    .isZero();
            return this;
        }
    }

    /** Runs a shell command to its end. */
    Result run(String command) throws IOException, InterruptedException {
        return run(command, Map.of());
    }

    Result run(String command, Map<String, String> environment) throws IOException, InterruptedException {
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = start(command, output, environment);
        try {
            assertThat(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS))
                    .as(command)
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(command, process.exitValue(), Files.readString(output));
    }

    /** Starts a shell command; with {@code exec}, its process is the returned one. */
    Process start(String command, Path output, Map<String, String> environment) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                        "/usr/bin/env", "--default-signal=HUP,INT,TERM", "/bin/sh", "-c", command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Map<String, String> variables = builder.environment();
        variables.clear();
        variables.put("PATH", path.toString());
        variables.put("LANG", "C.UTF-8");
        variables.put("GINKGO_JDK_FOLDERS", "");
        for (String name : List.of("STATE_HOME", "RUNTIME_DIR", "CACHE_HOME")) {
            Path xdg = Files.createDirectories(folder.resolve("xdg-" + name.toLowerCase(Locale.ROOT)));
            variables.put("XDG_" + name, xdg.toString());
        }
        variables.put("HOME", folder.toString());
        variables.putAll(environment);
        return builder.start();
    }

    /** Runs a tool of the build machine, in its environment, and returns what it prints. */
    static String execute(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
        return output;
    }
}
