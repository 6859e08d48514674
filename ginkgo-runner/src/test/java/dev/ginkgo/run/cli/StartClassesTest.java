package dev.ginkgo.run.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The classes that a start with the AOT cache loads, according to the log of the JVM. */
class StartClassesTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName(
            "R-110 a start creates no classes that an AOT cache cannot contain, but for the signal handlers: none for"
                    + " switches over types, proxies and the equals of records")
    void createsNoClasses() throws Exception {
        try (TestShell shell = new TestShell(folder)) {
            // Given a service that has been compiled before
            shell.write("Hello.java", """
                    import dev.ginkgo.*;
                    import dev.ginkgo.config.Address;
                    import dev.ginkgo.net.tcp.*;
                    final class Hello extends Service {
                        final Setting<Address> bind = setting("bind", Address.of("127.0.0.1:0"));
                        final TcpServer tcp = add("tcp", new TcpServer(bind, client -> client.writeLine("hello")));
                        @Override protected void onStart() { spawn("stop", this::stop); }
                    }
                    """);
            shell.write("hello.toml", "service = \"Hello.java\"\n");
            shell.execute("ginkgo run hello.toml --set bind=127.0.0.1:0").hasExitCode(0);
            // When
            Path log = folder.resolve("classes.txt");
            shell.execute("_JAVA_OPTIONS=-Xlog:class+load=info:file=" + log
                            + " ginkgo run hello.toml --set bind=127.0.0.1:0")
                    .hasExitCode(0);
            // Then
            assertThat(createdBeforeReady(log, "dev.ginkgo.run.service.SignalHandlers$$Lambda"))
                    .isNotEmpty();
            assertThat(createdBeforeReady(log, "$$TypeSwitch")).isEmpty();
            assertThat(createdBeforeReady(log, "Proxy")).isEmpty();
            assertThat(createdBeforeReady(log, "java.lang.invoke.LambdaForm$MH"))
                    .hasSizeLessThan(10);
        }
    }

    /** Returns the classes, in no archive and no jar, that were created before the service handled its first event. */
    private static List<String> createdBeforeReady(Path log, String name) throws IOException {
        return Files.readAllLines(log).stream()
                .takeWhile(line -> !line.contains("ServiceRunner$$TypeSwitch"))
                .filter(line -> line.contains(name) && !line.contains("shared objects file") && !line.contains("jar"))
                .toList();
    }
}
