package dev.ginkgo.jwt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.testing.Chromium;
import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.HubCluster;
import dev.ginkgo.hub.testing.SwitchingRelay;
import dev.ginkgo.hub.testing.TestCertificates;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.chrome.ChromeDriver;

/** A page whose user has a JSON Web Token, in a real browser. */
class JwtBrowserTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    @DisplayName(
            "H-106 H-277 with three lines of configuration and a file of keys, Chromium opens 20 EventSources of one"
                    + " origin over HTTP/2 and TLS with the cookie; when its node is lost they resume at another node behind the"
                    + " same origin, and each message arrives once, in order")
    void twentyEventSources_resumeAtAnotherNode() throws Exception {
        ECKey key = new ECKeyGenerator(Curve.P_256).keyID("a").generate();
        Path keys = Files.writeString(folder.resolve("keys.json"), Tokens.jwks(key.toPublicJWK()));
        TestCertificates.Pair pair = new TestCertificates(folder).localhost("server");
        try (HubCluster cluster = HubCluster.of(
                        2,
                        "hub.auth.jwt = { keys = '" + keys + "', audience = ['" + Tokens.AUDIENCE + "'] }",
                        "hub.http.tls.certificate = '" + pair.certificate() + "'",
                        "hub.http.tls.key = '" + pair.key() + "'");
                SwitchingRelay relay =
                        new SwitchingRelay(cluster.get(0).hub.address().port());
                Chromium chromium = new Chromium("--ignore-certificate-errors-spki-list=" + fingerprint(pair))) {
            ChromeDriver browser = chromium.driver();
            MessageHub lost = cluster.get(0).hub;
            MessageHub other = cluster.get(1).hub;

            // Given
            browser.get("https://127.0.0.1:" + relay.port() + "/-/health/ready");
            assertThat(browser.executeAsyncScript("""
                    const [token, done] = arguments;
                    window.received = Array.from({length: 20}, () => []);
                    fetch('/-/session', {method: 'POST', headers: {Authorization: 'Bearer ' + token}}).then(response => {
                      for (const texts of window.received) {
                        const source = new EventSource('/numbers');
                        source.onmessage = event => texts.push(event.data);
                        source.addEventListener('gap', event => texts.push('gap'));
                      }
                      done(response.status);
                    }, done);
                    """, token(key))).isEqualTo(204L);
            await().atMost(ExternalProcess.TIMEOUT).until(() -> lost.stats().subscribers() == 20);
            assertThat(browser.executeScript("return performance.getEntriesByType('navigation')[0].nextHopProtocol"))
                    .isEqualTo("h2");
            assertThat(HubAccess.http(lost).connectionCount()).isLessThan(5);
            lost.publish("/numbers", "1");
            lost.publish("/numbers", "2");
            awaitReceived(browser, "1,2");

            // When the node is lost, and messages are published before the browser returns
            relay.switchTo(other.address().port());
            cluster.stop(0);
            other.publish("/numbers", "3");
            await().atMost(ExternalProcess.TIMEOUT).until(() -> other.stats().subscribers() == 20);
            other.publish("/numbers", "4");

            // Then
            awaitReceived(browser, "1,2,3,4");
        }
    }

    private static String token(ECKey key) throws Exception {
        return Tokens.sign(
                new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()).build(),
                Tokens.claims(Instant.now())
                        .claim("ginkgo", Map.of("subscribe", List.of("/numbers")))
                        .build(),
                new ECDSASigner(key));
    }

    /** Returns the hash of the certificate's public key, by which the browser trusts it. */
    private static String fingerprint(TestCertificates.Pair pair) throws Exception {
        byte[] publicKey = pair.read().getPublicKey().getEncoded();
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("SHA-256").digest(publicKey));
    }

    private static void awaitReceived(ChromeDriver browser, String texts) {
        await().atMost(ExternalProcess.TIMEOUT)
                .untilAsserted(() -> assertThat(browser.executeScript(
                                "return [...new Set(window.received.map(texts => texts.join()))]"))
                        .isEqualTo(List.of(texts)));
    }
}
