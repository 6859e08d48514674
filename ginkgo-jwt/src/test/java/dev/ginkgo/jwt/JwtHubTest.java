package dev.ginkgo.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpServer;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JwtHubTest {
    @TempDir
    Path folder = Path.of("");

    private static String post(TestHub testHub, String path, String token) throws IOException {
        try (RawHttpClient client =
                testHub.request("POST " + path, "Content-Length: 0", "Authorization: Bearer " + token)) {
            return client.response();
        }
    }

    private static String sign(ECKey key, JWTClaimsSet claims) throws Exception {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build();
        return Tokens.sign(header, claims, new ECDSASigner(key));
    }

    @Test
    @DisplayName("H-119 three lines of configuration and a file of keys let a hub accept the tokens of an issuer")
    void fileOfKeys_authenticatesClients() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("a").generate();
        Path keys = Files.writeString(folder.resolve("keys.json"), Tokens.jwks(key.toPublicJWK()));
        try (TestHub testHub =
                TestHub.startHub("[auth.jwt]", "keys = '" + keys + "'", "audience = ['" + Tokens.AUDIENCE + "']")) {
            Instant now = Instant.now();
            assertThat(post(testHub, "/a", sign(key, Tokens.claims(now).build())))
                    .startsWith("HTTP/1.1 200 ");
            assertThat(post(testHub, "/b/1", sign(key, Tokens.claims(now).build())))
                    .startsWith("HTTP/1.1 403 ")
                    .contains("\"claim\":\"publish\"");
            assertThat(post(
                            testHub,
                            "/a",
                            sign(key, Tokens.claims(now.minusSeconds(3_600)).build())))
                    .startsWith("HTTP/1.1 401 ")
                    .contains("error=\"invalid_token\"", "\"claim\":\"exp\"");
        }
    }

    @Test
    @DisplayName(
            "H-121 keys at a URL are fetched once, and again for a token with an unknown kid; while they cannot be fetched,"
                    + " a token is a 503")
    void keysAtUrl_areFetchedAndRotated() throws Exception {
        ECKey first = new ECKeyGenerator(Curve.P_256).keyID("first").generate();
        ECKey second = new ECKeyGenerator(Curve.P_256).keyID("second").generate();
        AtomicReference<String> published = new AtomicReference<>(Tokens.jwks(first.toPublicJWK()));
        AtomicInteger fetched = new AtomicInteger();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/keys", exchange -> {
            fetched.incrementAndGet();
            exchange.getResponseHeaders()
                    .set("Connection", "close"); // the JDK would keep the connection for the next request
            byte[] body = published.get().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
        String url = "http://localhost:" + server.getAddress().getPort() + "/keys";
        JWTClaimsSet claims = Tokens.claims(Instant.now()).audience(List.of()).build();
        try (TestHub testHub = TestHub.startHub("auth.jwt.keys-url = '" + url + "'")) {
            // When tokens of the published key are used, then the keys are fetched once
            for (int i = 0; i < 3; i++) {
                assertThat(post(testHub, "/a", sign(first, claims))).startsWith("HTTP/1.1 200 ");
            }
            assertThat(fetched).hasValue(1);

            // When the issuer rotates its keys, then the new key is accepted with the first token
            published.set(Tokens.jwks(first.toPublicJWK(), second.toPublicJWK()));
            assertThat(post(testHub, "/a", sign(second, claims))).startsWith("HTTP/1.1 200 ");
            assertThat(fetched).hasValue(2);

            // When tokens have many unknown kids, then the server is not asked for each
            for (int i = 0; i < 10; i++) {
                ECKey unknown =
                        new ECKeyGenerator(Curve.P_256).keyID("unknown-" + i).generate();
                assertThat(post(testHub, "/a", sign(unknown, claims)))
                        .containsPattern("HTTP/1.1 (401|503) ")
                        .contains("\"claim\":\"kid\"");
            }
            assertThat(fetched.get()).isLessThanOrEqualTo(4);
        } finally {
            server.stop(0);
        }

        // When the server is gone, then a token cannot be verified
        try (TestHub testHub = TestHub.startHub("auth.jwt.keys-url = '" + url + "'")) {
            assertThat(post(testHub, "/a", sign(first, claims)))
                    .startsWith("HTTP/1.1 503 ")
                    .contains("\"code\":\"keys-unavailable\"", "\"claim\":\"kid\"", "Retry-After: ");
        }
    }

    @Test
    @DisplayName("H-121 a URL of keys without TLS, on another machine, and a secret that is too short fail the start")
    void unsafeSettings_failStart() {
        assertThatThrownBy(() -> TestHub.startHub("auth.jwt.keys-url = 'http://keys.example/jwks'"))
                .hasMessageContaining("auth.jwt.keys-url", "https://");
        assertThatThrownBy(() -> TestHub.startHub("auth.jwt.secret = 'short'"))
                .hasStackTraceContaining("5 bytes; at least 32");
        assertThatThrownBy(() -> TestHub.startHub("auth.jwt.keys = '/does/not/exist'"))
                .hasStackTraceContaining("/does/not/exist");
    }
}
