package dev.ginkgo.run.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.net.tcp.TcpServer;
import dev.ginkgo.run.cli.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartCostTest {
    @TempDir
    Path folder;

    /** A server of lines, as the number server of the examples. */
    static final class Server extends Service {
        final Setting<Address> bind = setting("bind", Address.of("127.0.0.1:0")).restartRequired();
        final TcpServer tcp = add("tcp", new TcpServer(bind, client -> client.writeLine("1")));
    }

    @Test
    @DisplayName(
            "R-102 the start of a server loads fewer than 2,100 classes, and none of a library that it does not use")
    void startLoadsFewClasses() throws Exception {
        // Given
        Path classes = folder.resolve("classes.txt");
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:class+load:file=" + classes + "::filesize=0",
                        "-Dslf4j.provider=dev.ginkgo.run.log.LogProvider",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        "run",
                        Server.class.getName()))
                .redirectErrorStream(true)
                .start();

        // When
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            StringBuilder all = new StringBuilder();
            String line = output.readLine();
            while (line != null && !line.contains("press Ctrl-C")) {
                all.append(line).append('\n');
                line = output.readLine();
            }
            assertThat(line).as(all.toString()).isNotNull();
        } finally {
            process.destroyForcibly();
            assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        }

        // Then
        List<String> loaded = loaded(classes);
        assertThat(loaded).anyMatch(name -> name.equals(TcpServer.class.getName()));
        assertThat(loaded).hasSizeLessThan(2_100);
        assertThat(loaded)
                .noneMatch(name ->
                        Set.of("picocli.", "io.netty.", "com.fasterxml.", "io.prometheus.", "org.jline.").stream()
                                .anyMatch(name::startsWith))
                .noneMatch(name ->
                        Set.of("jdk.jfr.internal.", "com.sun.net.httpserver.", "java.net.http.", "com.sun.tools.javac.")
                                .stream()
                                .anyMatch(name::startsWith));
    }

    /** Returns the names of the classes, in the order in which they were loaded. */
    private static List<String> loaded(Path log) throws IOException {
        return Files.readAllLines(log, StandardCharsets.UTF_8).stream()
                .filter(line -> line.contains(" source: "))
                .map(line -> line.substring(0, line.indexOf(" source: ")))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .toList();
    }
}
