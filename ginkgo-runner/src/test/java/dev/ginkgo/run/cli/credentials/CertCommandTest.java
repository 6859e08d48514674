package dev.ginkgo.run.cli.credentials;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.run.cli.InProcessCommand;
import dev.ginkgo.run.output.ExitCode;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertCommandTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);

    @BeforeEach
    void createCommand() {
        ginkgo = new InProcessCommand(folder);
    }

    private X509Certificate certificate(String file) throws Exception {
        try (InputStream in = Files.newInputStream(folder.resolve(file))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    @Test
    @DisplayName(
            "H-276 ginkgo cert creates a certificate for the given names, with which a hub serves clients that trust ca.pem;"
                    + " a further one has the same authority")
    void certificate_isTrusted() throws Exception {
        // When
        assertThat(ginkgo.run("cert", "--out", "one")).as(ginkgo.err()).isZero();
        assertThat(ginkgo.out()).contains("certificate = \"" + folder.resolve("one/fullchain.pem") + "\"");

        // Then only the owner can read the keys
        for (String key : List.of("one/privkey.pem", "one/ca-key.pem")) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(key))))
                    .isEqualTo("rw-------");
        }
        X509Certificate own = certificate("one/fullchain.pem");
        assertThat(own.getNotAfter().toInstant())
                .isBetween(
                        Instant.now().plus(Duration.ofDays(364)), Instant.now().plus(Duration.ofDays(366)));
        assertThat(own.getBasicConstraints()).isEqualTo(-1);

        // And a hub serves a client that trusts the authority
        MessageHub hub = new MessageHub();
        try (Ginkgo _ = Ginkgo.start(
                hub,
                "http.bind = '127.0.0.1:0'\nhttp.tls.certificate = '" + folder.resolve("one/fullchain.pem")
                        + "'\nhttp.tls.key = '" + folder.resolve("one/privkey.pem") + "'")) {
            for (String host : List.of("localhost", "127.0.0.1")) {
                String url = "https://" + host + ":" + hub.address().port() + "/numbers";
                assertThat(ginkgo.run(
                                "pub", "--cacert", folder.resolve("one/ca.pem").toString(), url, "7"))
                        .as(ginkgo.err())
                        .isZero();
            }
        }

        // When another one is created beside the authority
        Files.delete(folder.resolve("one/fullchain.pem"));
        Files.delete(folder.resolve("one/privkey.pem"));
        byte[] authority = Files.readAllBytes(folder.resolve("one/ca.pem"));
        assertThat(ginkgo.run(
                        "cert", "--out", "one", "--valid", "30d", "hub.example.org", "*.example.net", "2001:db8::1"))
                .as(ginkgo.err())
                .isZero();

        // Then it has the same one
        X509Certificate next = certificate("one/fullchain.pem");
        next.verify(certificate("one/ca.pem").getPublicKey());
        assertThat(Files.readAllBytes(folder.resolve("one/ca.pem"))).isEqualTo(authority);
        assertThat(next.getSubjectAlternativeNames().toString())
                .contains("hub.example.org", "*.example.net", "2001:db8:0:0:0:0:0:1");
        assertThat(next.getNotAfter().toInstant()).isBefore(Instant.now().plus(Duration.ofDays(31)));

        // And nothing is overwritten
        assertThat(ginkgo.run("cert", "--out", "one")).isEqualTo(ExitCode.CANNOT_CREATE.number());
        assertThat(ginkgo.err()).contains("fullchain.pem exists, and is not overwritten");
    }

    @Test
    @DisplayName("H-276 ginkgo cert creates nothing for what is neither a host name nor an address")
    void wrongHost_isReported() {
        for (String host :
                List.of("hub example", "-hub.example", "a..b", "localhost,ip:127.0.0.2", "https://localhost")) {
            assertThat(ginkgo.run("cert", "--out", "new", "--", host)).isEqualTo(ExitCode.USAGE.number());
            assertThat(ginkgo.err()).contains(host + "\" is neither a host name such as");
        }
        assertThat(ginkgo.run("cert", "--valid", "1h", "--out", "new")).isEqualTo(ExitCode.USAGE.number());
        assertThat(folder.resolve("new")).doesNotExist();
    }
}
