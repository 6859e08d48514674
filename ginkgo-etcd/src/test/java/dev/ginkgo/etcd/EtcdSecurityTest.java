package dev.ginkgo.etcd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Secret;
import dev.ginkgo.etcd.client.EtcdClient;
import dev.ginkgo.etcd.client.EtcdConfig;
import dev.ginkgo.etcd.client.EtcdTls;
import dev.ginkgo.lifecycle.StartException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of etcd with TLS, which requires certificates of clients, a user and a password. */
class EtcdSecurityTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration TTL = Duration.ofSeconds(2);

    @TempDir
    static Path folder;

    private static EtcdServer server;

    @BeforeAll
    static void startServer() throws Exception {
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=ca"
                + " -keyout ca-key.pem -out ca.pem");
        openssl("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /O=node"
                + " -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE"
                + " -CA ca.pem -CAkey ca-key.pem -keyout key.pem -out certificate.pem");
        Files.writeString(folder.resolve("password"), "a\"secret\n");
        server = EtcdServer.start(
                folder,
                "--cert-file",
                path("certificate.pem"),
                "--key-file",
                path("key.pem"),
                "--trusted-ca-file",
                path("ca.pem"),
                "--client-cert-auth");
        EtcdConfig config = new EtcdConfig(
                List.of(server.endpoint()),
                "",
                Secret.of(""),
                Optional.of(EtcdTls.context(
                        Optional.of(folder.resolve("ca.pem")),
                        Optional.of(folder.resolve("certificate.pem")),
                        Optional.of(folder.resolve("key.pem")))),
                Duration.ofSeconds(5));
        try (EtcdClient client = new EtcdClient(config)) {
            await().atMost(TIMEOUT)
                    .ignoreExceptions()
                    .until(() -> client.grant(60).ttlSeconds() > 0);
        }
        for (String command : List.of(
                "user add root:root",
                "user grant-role root root",
                "role add gateway",
                "role grant-permission gateway --prefix=true readwrite /gateway/",
                "user add node:a\"secret",
                "user grant-role node gateway",
                "auth enable")) {
            etcdctl(command);
        }
    }

    @AfterAll
    static void stopServer() throws InterruptedException {
        server.kill();
    }

    private static String path(String name) {
        return folder.resolve(name).toString();
    }

    private static void openssl(String arguments) throws IOException, InterruptedException {
        run("openssl", arguments);
    }

    private static void etcdctl(String arguments) throws IOException, InterruptedException {
        run(
                "etcdctl",
                "--endpoints " + server.endpoint() + " --cacert ca.pem --cert certificate.pem --key key.pem "
                        + arguments);
    }

    private static void run(String program, String arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments.split(" ", -1)));
        Path output = folder.resolve(program + ".txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(output)).isZero();
    }

    private static String settings(String user, String certificate) {
        return """
                [etcd]
                endpoints = ["%s"]
                prefix = "/gateway/"
                user = "%s"
                password-file = "%s"
                ca = "%s"
                %s
                """.formatted(server.endpoint(), user, path("password"), path("ca.pem"), certificate);
    }

    private static String certificate(String name) {
        return "certificate = \"" + path(name) + "\"\nkey = \"" + path("key.pem") + "\"";
    }

    private static TestNode start(String toml) throws InterruptedException {
        return TestNode.start(new EtcdCoordinator(), 1, TTL, toml);
    }

    @Test
    @DisplayName("E-05 a node with a certificate, a user and a password from a file joins and leads")
    void nodeWithCredentialsLeads() throws Exception {
        try (TestNode node = start(settings("node", certificate("certificate.pem")))) {
            await().atMost(TIMEOUT)
                    .untilAsserted(
                            () -> assertThat(node.renewals).as(node.reason()).isNotEmpty());
            assertThat(node.sees(node)).isTrue();
        }
    }

    @Test
    @DisplayName("E-05 without the right credentials a node is degraded with the reason")
    void nodeWithoutCredentialsIsDegraded() throws Exception {
        try (TestNode node = start(settings("other", certificate("certificate.pem")))) {
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(node.reason()).contains("authentication failed"));
        }
        try (TestNode node = start(settings("node", ""))) {
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(node.reason()).startsWith("waiting for etcd: https://localhost:"));
            assertThat(node.renewals).isEmpty();
        }
        try (TestNode node =
                start(settings("node", certificate("certificate.pem")).replace("/gateway/", "/other/"))) {
            await().atMost(TIMEOUT)
                    .untilAsserted(() -> assertThat(node.reason()).contains("permission denied"));
        }
    }

    @Test
    @DisplayName("E-05 a certificate that is missing or malformed fails the start, and the message names the file")
    void unusableCertificateFailsTheStart() {
        assertThatThrownBy(() -> start(settings("node", certificate("missing.pem"))))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(path("missing.pem") + " does not exist");
        assertThatThrownBy(() -> start(settings("node", certificate("password"))))
                .isInstanceOf(StartException.class)
                .hasMessageContaining(path("password"));
    }
}
