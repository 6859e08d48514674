package dev.ginkgo.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.sun.net.httpserver.HttpServer;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestCertificates;
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
import java.util.stream.Stream;
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
            "H-278 over TLS curl gets a 401 or 403 with the header of RFC 6750 and a problem that names the claim: for a token"
                    + " that is wrong, expired, for another audience, unsigned, or signed with a public key as secret, and"
                    + " without the grant")
    void curl_isToldWhichClaimFails() throws Exception {
        RSAKey key = new RSAKeyGenerator(2_048).keyID("a").generate();
        RSAKey foreign = new RSAKeyGenerator(2_048).keyID("a").generate();
        Path keys = Files.writeString(folder.resolve("keys.json"), Tokens.jwks(key.toPublicJWK()));
        TestCertificates.Pair pair = new TestCertificates(folder).localhost("hub");
        Instant now = Instant.now();
        JWTClaimsSet claims = Tokens.claims(now).build();
        JWSHeader rs256 = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("a").build();
        String valid = Tokens.sign(rs256, claims, new RSASSASigner(key));
        String wrong = Tokens.sign(rs256, claims, new RSASSASigner(foreign));
        String expired =
                Tokens.sign(rs256, Tokens.claims(now.minusSeconds(3_600)).build(), new RSASSASigner(key));
        String otherAudience =
                Tokens.sign(rs256, Tokens.claims(now).audience("another-hub").build(), new RSASSASigner(key));
        String unsigned = Tokens.unsigned("{\"alg\":\"none\"}", claims.toString(), "");
        String confused = Tokens.sign(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("a").build(),
                claims,
                new MACSigner(key.toRSAPublicKey().getEncoded()));
        try (TestHub testHub = TestHub.startHub(
                "auth.jwt.keys = '" + keys + "'",
                "auth.jwt.audience = ['" + Tokens.AUDIENCE + "']",
                "http.tls.certificate = '" + pair.certificate() + "'",
                "http.tls.key = '" + pair.key() + "'")) {
            String invalid = "Bearer realm=\"ginkgo\", error=\"invalid_token\", error_description=\"";
            String insufficient = "Bearer realm=\"ginkgo\", error=\"insufficient_scope\", scope=\"";
            List<Request> requests = List.of(
                    new Request("GET", "/b/7?poll=1&wait=0s", valid, "200", "", ""),
                    new Request("POST", "/a", valid, "200", "", "\"receivers\":0"),
                    new Request("GET", "/b/7", "", "401", "Bearer realm=\"ginkgo\"\n", "unauthenticated"),
                    new Request("GET", "/b/7", wrong, "401", invalid, "\"claim\":\"signature\""),
                    new Request("POST", "/a", wrong, "401", invalid, "\"claim\":\"signature\""),
                    new Request("GET", "/b/7", expired, "401", invalid, "\"claim\":\"exp\""),
                    new Request("GET", "/b/7", otherAudience, "401", invalid, "\"claim\":\"aud\""),
                    new Request("GET", "/b/7", unsigned, "401", invalid, "\"claim\":\"alg\""),
                    new Request("GET", "/b/7", confused, "401", invalid, "\"claim\":\"kid\""),
                    new Request("GET", "/b/7", "not-a-token", "401", invalid, "\"claim\":\"token\""),
                    new Request("GET", "/c", valid, "403", insufficient + "subscribe\"", "\"claim\":\"subscribe\""),
                    new Request("GET", "/%3E", valid, "403", insufficient + "subscribe\"", "covered as a whole"),
                    new Request("POST", "/b/7", valid, "403", insufficient + "publish\"", "\"claim\":\"publish\""),
                    new Request("GET", "/-/metrics", valid, "403", insufficient + "admin\"", "\"claim\":\"admin\""));

            // When
            List<String> responses = curl(testHub, pair, requests);

            // Then
            assertThat(responses).hasSameSizeAs(requests);
            for (int i = 0; i < requests.size(); i++) {
                Request request = requests.get(i);
                assertThat(responses.get(i))
                        .as(request.toString())
                        .startsWith("2 " + request.status + " ")
                        .contains(request.challenge)
                        .contains(request.problem);
                if (!request.status.equals("200")) {
                    assertThat(responses.get(i)).contains("\"status\":" + request.status, "application/problem+json");
                }
            }
        }
    }

    private record Request(String method, String path, String token, String status, String challenge, String problem) {}

    /** Sends all requests by one process, over HTTP/2. Returns version, status, challenge, media type and body of each. */
    private List<String> curl(TestHub testHub, TestCertificates.Pair pair, List<Request> requests) throws Exception {
        StringBuilder config = new StringBuilder();
        for (Request each : requests) {
            config.append(config.isEmpty() ? "" : "next\n")
                    .append("silent\nshow-error\nhttp2\nmax-time = 20\ncacert = \"")
                    .append(pair.certificate())
                    .append("\"\nurl = \"https://localhost:")
                    .append(testHub.port())
                    .append(each.path)
                    .append(
                            "\"\nwrite-out = \"\\n%{http_version} %{http_code} %header{www-authenticate}\\n%{content_type}\\n--\\n\"\n");
            if (!each.token.isEmpty()) {
                config.append("header = \"Authorization: Bearer ")
                        .append(each.token)
                        .append("\"\n");
            }
            if (each.method.equals("POST")) {
                config.append("data = \"7\"\n");
            }
            if (each.path.startsWith("/-/")) {
                config.append("header = \"X-Forwarded-For: 192.0.2.1\"\n"); // not a request of this machine itself
            }
        }
        Path file = Files.writeString(folder.resolve("curl.config"), config);
        String[] outputs = TestHub.curl("--config", file.toString()).split("--\n", -1);
        return Stream.of(outputs)
                .filter(each -> !each.isEmpty())
                .map(JwtHubTest::bodyLast)
                .toList();
    }

    /** Moves what curl writes after the body before it. */
    private static String bodyLast(String output) {
        List<String> lines = output.stripTrailing().lines().toList();
        String head = String.join("\n", lines.subList(lines.size() - 2, lines.size()));
        return head + "\n" + String.join("\n", lines.subList(0, lines.size() - 2));
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
