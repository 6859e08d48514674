package dev.ginkgo.hub.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.testing.FakeClock;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessControlTest {
    private final FakeClock clock = new FakeClock();

    private AccessControl accessControl(Optional<Instant> expires) {
        Principal printer = new Principal("printer", Grant.ALL, expires, "");
        return new AccessControl(List.of(_ -> Optional.of(printer)), Grant.NONE, clock, new Random(1));
    }

    @Test
    @DisplayName(
            "H-215 the access of a client certificate ends when the certificate expires, or when the user does before that")
    void accessOfCertificate_endsWithIt(@TempDir Path folder) throws Exception {
        // Given
        X509Certificate certificate = new TestCertificates(folder)
                .selfSigned("printer", "EC", "DNS:printer", 2)
                .read();
        Instant end = certificate.getNotAfter().toInstant();
        Credentials credentials = Credentials.ofCertificates(List.of(certificate));
        clock.advance(Duration.between(clock.now(), end.minusSeconds(60)));
        AccessControl accessControl = accessControl(Optional.empty());
        Access access = accessControl.authenticate(credentials);
        Access shorter = accessControl(Optional.of(end.minusSeconds(30))).authenticate(credentials);
        Access longer = accessControl(Optional.of(end.plusSeconds(30))).authenticate(credentials);

        // When, then
        clock.advance(Duration.ofSeconds(30));
        assertThat(accessControl.validity(access)).isEqualTo(Access.Validity.VALID);
        assertThat(accessControl.validity(shorter)).isEqualTo(Access.Validity.EXPIRED);
        clock.advance(Duration.ofSeconds(30));
        assertThat(accessControl.validity(access)).isEqualTo(Access.Validity.EXPIRED);
        assertThat(accessControl.validity(longer)).isEqualTo(Access.Validity.EXPIRED);
        assertThatThrownBy(() -> accessControl.authenticate(credentials))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("expired");
    }
}
