package dev.ginkgo.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/** A user's program with the JARs of the distribution as a library: plain {@code javac} and {@code java}, no build tool. */
@TestInstance(Lifecycle.PER_CLASS)
class LibraryTest {
    private static final Path BIN = Path.of(System.getProperty("java.home"), "bin");

    /** A hub as a child, in one tree, that publishes to itself. */
    private static final String PROGRAM = """
            import dev.ginkgo.Ginkgo;
            import dev.ginkgo.Service;
            import dev.ginkgo.Setting;
            import dev.ginkgo.hub.MessageHub;

            public final class App extends Service {
                final Setting<String> word = setting("word", "hello");
                final MessageHub hub = add("hub", new MessageHub());

                @Override
                protected void onStart() {
                    IO.println("published to " + hub.publish("/words", word.get()).channel());
                }

                public static void main(String[] args) {
                    try (Ginkgo tree = Ginkgo.start(new App(), "[hub.http]\\nbind = \\"127.0.0.1:0\\"")) {
                        IO.println("the state is " + tree.status().state());
                    }
                    IO.println("the module is " + App.class.getModule().getName());
                }
            }
            """;

    private Path folder = Path.of("");
    private String classPath = "";

    @BeforeAll
    void unpack(@TempDir Path empty) throws Exception {
        folder = empty;
        tool("tar", "xzf", System.getProperty("ginkgo.archive"), "-C", folder.toString());
        try (Stream<Path> unpacked = Files.list(folder)) {
            Path lib = unpacked.filter(Files::isDirectory)
                    .findFirst()
                    .orElseThrow()
                    .resolve("lib");
            try (Stream<Path> jars = Files.list(lib)) {
                classPath = jars.map(Path::toString).sorted().collect(Collectors.joining(File.pathSeparator));
            }
        }
        Files.createDirectories(folder.resolve("app/src"));
        Files.writeString(folder.resolve("app/src/App.java"), PROGRAM);
    }

    @Test
    @DisplayName("a program compiles and runs on the class path")
    void runsOnTheClassPath() throws Exception {
        // Given
        tool("javac", "-Xlint:all", "-Werror", "-cp", classPath, "-d", "plain", "app/src/App.java");

        // When
        String output = tool("java", "-cp", "plain" + File.pathSeparator + classPath, "App");

        // Then
        assertThat(output).contains("published to /words", "the state is READY", "the module is null");
    }

    @Test
    @DisplayName("a program that is a module compiles and runs on the module path, and cannot name internals")
    void runsOnTheModulePath() throws Exception {
        // Given
        write("module/module-info.java", "module app { requires dev.ginkgo.hub; exports app; }");
        write("module/app/App.java", "package app;\n" + PROGRAM);
        tool("javac", "-p", classPath, "-d", "modular", "module/module-info.java", "module/app/App.java");

        // When
        String output = tool("java", "-p", "modular" + File.pathSeparator + classPath, "-m", "app/app.App");

        // Then
        assertThat(output).contains("published to /words", "the state is READY", "the module is app");

        // Given
        write("nosy/module-info.java", "module nosy { requires dev.ginkgo.hub; }");
        write("nosy/nosy/Nosy.java", "package nosy; class Nosy { dev.ginkgo.internal.engine.ServiceTree tree; }");

        // When
        Result refused =
                execute("javac", "-p", classPath, "-d", "never", "nosy/module-info.java", "nosy/nosy/Nosy.java");

        // Then
        assertThat(refused.code).isNotZero();
        assertThat(refused.output).contains("package dev.ginkgo.internal.engine is not visible");
    }

    @Test
    @DisplayName("a source file with `import module dev.ginkgo.core` runs where the JARs are on the module path")
    void importsTheModule() throws Exception {
        // Given
        write("single/Hello.java", """
                import module dev.ginkgo.core;

                final class Hello extends Service {
                    final Setting<Size> limit = setting("limit", Size.of("1 MiB"));

                    static void main() {
                        try (Hello hello = new Hello()) {
                            hello.start();
                            IO.println(hello.limit.get() + " " + hello.status().state());
                        }
                    }
                }
                """);

        // When
        String output = tool("java", "-p", classPath, "--add-modules", "dev.ginkgo.core", "single/Hello.java");

        // Then
        assertThat(output).contains("READY");
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private record Result(int code, String output) {}

    private String tool(String name, String... arguments) throws Exception {
        Result result = execute(name, arguments);
        assertThat(result.code).as("%s: %s", name, result.output).isZero();
        return result.output;
    }

    private Result execute(String name, String... arguments) throws Exception {
        List<String> command = new ArrayList<>();
        command.add(name.startsWith("java") ? BIN.resolve(name).toString() : name);
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile(folder, "output", ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(name).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(output));
    }
}
