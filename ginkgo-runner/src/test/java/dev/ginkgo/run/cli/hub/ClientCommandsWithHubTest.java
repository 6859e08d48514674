package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code pub} and {@code sub} with a real hub, and the classes that they load in a separate process. */
class ClientCommandsWithHubTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("sub prints what pub publishes: text, an empty message, bytes, a line feed, a megabyte")
    void subPrintsWhatPubPublishes() throws Exception {
        MessageHub hub = new MessageHub();
        Ginkgo running = Ginkgo.start(hub, "http.bind = '127.0.0.1:0'");
        try {
            String url = hub.address() + "/numbers/n%C3%B6";
            ClientInvocation sub = ClientInvocation.sub("--null", "--count", "7", url);
            await().until(() -> hub.stats().subscribers() == 1);

            String large = "x".repeat(1024 * 1024);
            assertThat(ClientInvocation.pub("1\n\nü\n", "--lines", url).code()).isZero();
            assertThat(ClientInvocation.pub("two\nlines", url).code()).isZero();
            assertThat(ClientInvocation.pub("\r\n", "--binary", url).code()).isZero();
            assertThat(ClientInvocation.pub(large, url).code()).isZero();
            ClientInvocation receipt = ClientInvocation.pub("end", "-v", url);
            assertThat(receipt.code()).isZero();

            assertThat(sub.code()).isZero();
            assertThat(sub.out().split("\0", -1)).containsExactly("1", "", "ü", "two\nlines", "\r\n", large, "end", "");
            assertThat(receipt.out()).contains("\"channel\":\"/numbers/nö\",\"receivers\":1");

            ClientInvocation tooLarge = ClientInvocation.pub(large + "x", url);
            assertThat(tooLarge.code()).isEqualTo(65);
            assertThat(tooLarge.err()).contains("responded 413");
            assertThat(ClientInvocation.pub("x", hub.address() + "/a//b").code())
                    .isEqualTo(65);
            assertThat(ClientInvocation.sub(hub.address() + "/a//b").code()).isEqualTo(65);
        } finally {
            running.stop();
        }
    }

    @Test
    @DisplayName(
            "H-105 the commands use https with --cacert and GINKGO_CACERT; a certificate that is not trusted is reported")
    void commandsUseTls() throws Exception {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("certificate.pem");
        Process openssl = new ProcessBuilder(
                        ("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
                                        + " -days 9 -subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout "
                                        + key + " -out " + certificate)
                                .split(" "))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(openssl.waitFor()).isZero();
        MessageHub hub = new MessageHub();
        Ginkgo running = Ginkgo.start(
                hub,
                "http.bind = '127.0.0.1:0'\nhttp.tls.certificate = '" + certificate + "'\nhttp.tls.key = '" + key
                        + "'");
        try {
            String url = "https://" + hub.address() + "/numbers";
            ClientInvocation sub = ClientInvocation.sub("--count", "2", "--cacert", certificate.toString(), url);
            await().until(() -> hub.stats().subscribers() == 1);
            assertThat(ClientInvocation.pub("1", "--cacert", certificate.toString(), url)
                            .code())
                    .isZero();
            ProcessBuilder command = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("java.class.path"),
                            "dev.ginkgo.run.cli.Main",
                            "pub",
                            url,
                            "2")
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("pub.txt").toFile())
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
            command.environment().put("GINKGO_CACERT", certificate.toString());
            Process pub = command.start();
            assertThat(pub.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(Files.readString(folder.resolve("pub.txt"))).isEmpty();
            assertThat(sub.code()).isZero();
            assertThat(sub.out()).isEqualTo("1\n2\n");

            ClientInvocation distrustful = ClientInvocation.pub("3", url);
            assertThat(distrustful.code()).isNotZero();
            assertThat(distrustful.err()).contains("is not trusted").contains("--cacert FILE");
            ClientInvocation wrong = ClientInvocation.pub("3", "--cacert", key.toString(), url);
            assertThat(wrong.code()).isNotZero();
            assertThat(wrong.err()).contains("does not hold certificates in PEM form");
        } finally {
            running.stop();
        }
    }

    @Test
    @DisplayName("the clients load neither the hub nor Netty nor a logger, which keeps their start fast")
    void loadsFewClasses() throws Exception {
        for (String command : List.of("sub", "pub")) {
            Path log = folder.resolve(command + ".log");
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xlog:class+load:file=" + log,
                            "-cp",
                            System.getProperty("java.class.path"),
                            "dev.ginkgo.run.cli.Main",
                            command,
                            "--retry-for=0s",
                            "127.0.0.1:1/x")
                    .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output").toFile())
                    .start();
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            String loaded = Files.readString(log);
            assertThat(process.exitValue())
                    .as(Files.readString(folder.resolve("output")))
                    .isEqualTo(69);
            assertThat(loaded)
                    .contains("dev.ginkgo.run.client.")
                    .doesNotContain(" dev.ginkgo.hub.", " io.netty.", " ch.qos.logback.", " org.tomlj.");
        }
    }
}
