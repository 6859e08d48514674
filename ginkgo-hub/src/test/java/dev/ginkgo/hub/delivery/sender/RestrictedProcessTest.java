package dev.ginkgo.hub.delivery.sender;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hubs in processes that are not allowed to use {@code send(2)}. */
class RestrictedProcessTest {
    private static final String FALLBACK = "streams are written through Netty, because send(2) is not available: ";
    private static final Pattern PORT = Pattern.compile("port (\\d+)\\.");

    @TempDir
    private Path folder = Path.of("");

    private ExternalProcess start(String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(List.of(options));
        command.addAll(List.of(
                "-Dtest.log=INFO",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                HubProcess.class.getName()));
        return ExternalProcess.start(folder, command.toArray(String[]::new));
    }

    private static int port(ExternalProcess process, int start) {
        Matcher ports = PORT.matcher(process.awaitOutput("port ").output());
        for (int i = 0; i < start; i++) {
            assertThat(ports.find()).isTrue();
        }
        return Integer.parseInt(ports.group(1));
    }

    private static RawHttpClient subscribe(int port) throws IOException {
        RawHttpClient client = new RawHttpClient(port).send("GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n");
        client.head();
        return client;
    }

    private static void publish(int port, String text) throws IOException {
        try (RawHttpClient publisher = new RawHttpClient(port)) {
            publisher.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
                    + text.length() + "\r\n\r\n" + text);
            assertThat(publisher.head()).contains(" 200 ");
        }
    }

    @Test
    @DisplayName("H-296 with a filter of system calls, at the start or later, streams are written through Netty")
    void systemCallFilter() throws Exception {
        try (ExternalProcess process = start()) {
            // Given a hub that uses send(2), for which Java prints no warning in addition to that for Netty, and a
            // subscriber
            int port = port(process, 1);
            process.awaitOutput("streams without TLS are written with send(2)");
            assertThat(process.output()).containsOnlyOnce("A restricted method");
            try (RawHttpClient client = subscribe(port)) {
                publish(port, "first");
                client.readTo("first\n");

                // When send(2) is forbidden, Then the subscriber receives the next messages nevertheless
                process.sendLine();
                process.awaitOutput("filtered");
                publish(port, "second");
                client.readTo("second\n");
                publish(port, "third");
                client.readTo("third\n");
                process.awaitOutput("send(2) fails with errno 1; from now on streams are written through Netty");
            }
            // and a hub that starts in this process says that it uses Netty
            process.sendLine();
            process.awaitOutput(FALLBACK + "send(2) returns -1 for a descriptor that is not open");
            int second = port(process, 2);
            try (RawHttpClient client = subscribe(second)) {
                publish(second, "message");
                client.readTo("message\n");
            }
            assertThat(process.output()).containsOnlyOnce("fails with errno").doesNotContain(" ERROR ");
            process.sendLine();
            process.awaitSuccess();
        }
    }

    @Test
    @DisplayName("H-296 where native access is denied, streams are written through Netty, without any warning")
    void withoutNativeAccess() throws Exception {
        try (ExternalProcess process = start("--illegal-native-access=deny")) {
            int port = port(process, 1);
            process.awaitOutput(FALLBACK + "the event loops do not use epoll");
            try (RawHttpClient client = subscribe(port)) {
                publish(port, "message");
                client.readTo("message\n");
            }
            assertThat(process.output()).doesNotContain("A restricted method").doesNotContain(" WARN ");
        }
    }
}
