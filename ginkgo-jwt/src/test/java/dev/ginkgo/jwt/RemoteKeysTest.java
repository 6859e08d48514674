package dev.ginkgo.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.sun.net.httpserver.HttpServer;
import dev.ginkgo.config.Secret;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.auth.jwt.JwtSettings;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys at a URL, together with other sources of keys. */
class RemoteKeysTest {
    private final ECKey first;
    private final ECKey second;
    private final HttpServer server;
    private volatile String published = "";
    private Optional<Secret> secret = Optional.of(Secret.of(Tokens.SECRET));

    RemoteKeysTest() throws Exception {
        first = new ECKeyGenerator(Curve.P_256).keyID("first").generate();
        second = new ECKeyGenerator(Curve.P_256).keyID("second").generate();
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        publish(first);
        server.createContext("/keys", exchange -> {
            exchange.getResponseHeaders().set("Connection", "close");
            byte[] body = published.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void publish(JWK key) {
        published = Tokens.jwks(key.toPublicJWK());
    }

    private URI url() {
        return URI.create("http://localhost:" + server.getAddress().getPort() + "/keys");
    }

    private Authenticator authenticator(Optional<Path> file) {
        return new NimbusJwtProvider()
                .create(
                        new JwtSettings(
                                file,
                                Optional.of(url()),
                                () -> secret,
                                Optional.empty(),
                                List.of(Tokens.AUDIENCE),
                                Set.of("ES256", "HS256"),
                                Duration.ZERO),
                        TimeSource.system());
    }

    private static Credentials signed(ECKey key) throws Exception {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build();
        return Credentials.ofToken(
                Tokens.sign(header, Tokens.claims(Instant.now()).build(), new ECDSASigner(key)));
    }

    private static Credentials signedBySecret() throws Exception {
        return Credentials.ofToken(Tokens.sign(
                new JWSHeader(JWSAlgorithm.HS256), Tokens.claims(Instant.now()).build(), new MACSigner(Tokens.SECRET)));
    }

    @Test
    @DisplayName("H-217 what a key at a URL has verified is no longer valid when the key has been removed from there")
    void removedKey_endsWhatItHasVerified() throws Exception {
        // Given
        Authenticator authenticator = authenticator(Optional.empty());
        Principal alice = authenticator.authenticate(signed(first)).orElseThrow();
        assertThat(authenticator.isValid(alice)).isTrue();

        // When the issuer replaces its key, and a token of the new one causes a fetch
        publish(second);
        assertThat(authenticator.authenticate(signed(second))).isPresent();

        // Then
        assertThat(authenticator.isValid(alice)).isFalse();
    }

    @Test
    @DisplayName("H-217 keys at a URL are fetched again in time without a token, so that streams of removed keys end")
    void refresh_fetchesKeys() throws Exception {
        // Given
        RemoteKeys keys = new RemoteKeys(url(), Duration.ofMillis(10), Duration.ofSeconds(10), Duration.ofMillis(1));
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID("first").build();
        assertThat(keys.find(header)).hasSize(1);
        String thumbprint = first.computeThumbprint().toString();
        assertThat(keys.contains(thumbprint)).isTrue();

        // When
        publish(second);

        // Then
        await().until(() -> {
            keys.refresh();
            return !keys.contains(thumbprint);
        });
    }

    @Test
    @DisplayName("H-218 while keys at a URL cannot be fetched, tokens that the secret verifies are accepted")
    void unavailableKeys_doNotAffectTheSecret() throws Exception {
        // Given
        server.stop(0);
        Authenticator authenticator = authenticator(Optional.empty());
        authenticator.refresh();

        // When, then
        for (int i = 0; i < 3; i++) {
            assertThat(authenticator.authenticate(signedBySecret())).isPresent();
        }
        assertThatThrownBy(() -> authenticator.authenticate(signed(first)))
                .isInstanceOfSatisfying(
                        AuthenticationException.class,
                        rejection -> assertThat(rejection.isTemporary()).isTrue());
    }

    @Test
    @DisplayName("H-218 while a file of keys cannot be read, a secret that is replaced is no longer accepted")
    void unreadableFile_doesNotKeepTheSecret(@TempDir Path folder) throws Exception {
        // Given
        Path file = Files.writeString(folder.resolve("keys.json"), Tokens.jwks(second.toPublicJWK()));
        Authenticator authenticator = authenticator(Optional.of(file));
        authenticator.refresh();
        Principal alice = authenticator.authenticate(signedBySecret()).orElseThrow();

        // When
        Files.delete(file);
        secret = Optional.of(Secret.of("y".repeat(32)));
        assertThatThrownBy(authenticator::refresh)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("keys.json");

        // Then
        assertThat(authenticator.isValid(alice)).isFalse();
    }
}
