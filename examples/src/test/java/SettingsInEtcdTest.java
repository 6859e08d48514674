import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code HelloWorld.java} in its own process, with settings in a server of etcd. */
class SettingsInEtcdTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final String host = "127.%d.%d.1"
            .formatted(
                    ThreadLocalRandom.current().nextInt(1, 255),
                    ThreadLocalRandom.current().nextInt(255));
    private String endpoint = "";
    private String peer = "";
    private Process etcd;
    private Process hello;

    @BeforeEach
    void startEtcd() throws IOException {
        endpoint = "http://" + host + ":" + freePort();
        peer = "http://" + host + ":" + freePort();
        runEtcd();
    }

    @AfterEach
    void kill() {
        if (hello != null) {
            hello.destroyForcibly().onExit().join();
        }
        etcd.destroyForcibly().onExit().join();
    }

    private int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.ofLiteral(host), 0));
            return socket.getLocalPort();
        }
    }

    private void runEtcd() throws IOException {
        etcd = new ProcessBuilder(
                        "/usr/bin/etcd",
                        "--data-dir",
                        folder.resolve("etcd").toString(),
                        "--listen-client-urls",
                        endpoint,
                        "--advertise-client-urls",
                        endpoint,
                        "--listen-peer-urls",
                        peer,
                        "--initial-advertise-peer-urls",
                        peer,
                        "--initial-cluster",
                        "default=" + peer,
                        "--unsafe-no-fsync")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        folder.resolve("etcd.txt").toFile()))
                .start();
    }

    /** Stores a document, as soon as etcd answers. */
    private void put(String toml) {
        String body = "{\"key\":\"" + base64("/hello/text") + "\",\"value\":\"" + base64(toml) + "\"}";
        await().atMost(TIMEOUT).ignoreExceptions().until(() -> {
            HttpURLConnection connection = (HttpURLConnection)
                    URI.create(endpoint + "/v3/kv/put").toURL().openConnection();
            connection.setDoOutput(true);
            connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
            return connection.getResponseCode() == 200;
        });
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path output() {
        return folder.resolve("hello.txt");
    }

    private void awaitOutput(String text) {
        await().atMost(TIMEOUT)
                .untilAsserted(() -> assertThat(Files.readString(output())).contains(text));
    }

    private Process run() throws IOException {
        return new ProcessBuilder(
                        "env",
                        "--default-signal=HUP,INT,TERM",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.ginkgo.run.cli.Main",
                        "run",
                        "HelloWorld.java",
                        "--set",
                        "rate-per-minute=600",
                        "--set",
                        "ginkgo.source=etcd://" + endpoint.substring("http://".length()) + "/hello/")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(output().toFile()))
                .start();
    }

    @Test
    @DisplayName(
            "E-09 a program takes its settings from etcd and changes to new ones at once; wrong ones are reported with"
                    + " their key and position; without etcd it keeps the last ones, but does not start")
    void settingsInEtcdTakeEffect() throws Exception {
        // Given
        put("message = 'first'");
        hello = run();
        awaitOutput("first");

        // When
        put("message = 'second'");

        // Then
        awaitOutput("\nsecond");
        awaitOutput("message");

        // When a document is wrong
        put("message = 'third'\nmesage = 'wrong'");

        // Then
        awaitOutput("etcd:/hello/text:2:1");
        assertThat(Files.readString(output())).doesNotContain("\nthird");

        // When etcd is unavailable, and a reload is requested
        etcd.destroyForcibly().onExit().join();
        new ProcessBuilder("kill", "-HUP", String.valueOf(hello.pid())).start().waitFor();

        // Then
        awaitOutput("/hello/: cannot be read: " + endpoint);

        // When etcd is back
        runEtcd();
        put("message = 'fourth'");

        // Then
        awaitOutput("\nfourth");

        // When a program is started without etcd
        hello.destroyForcibly().onExit().join();
        etcd.destroyForcibly().onExit().join();
        hello = run();

        // Then
        assertThat(hello.waitFor()).isEqualTo(78);
    }
}
