package dev.ginkgo.jwt;

import static dev.ginkgo.hub.access.AccessControl.AUTHENTICATOR_CLAIM;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JWSAlgorithm;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.jwt.JwtSettings;
import dev.ginkgo.testing.FakeClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Security;
import java.security.SignatureSpi;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How many signatures are verified at the same time. */
class VerificationLimitTest {
    private static final int CLIENTS = 200;
    private static final CountDownLatch CONTINUE = new CountDownLatch(1);
    private static final AtomicInteger RUNNING = new AtomicInteger();

    /** Signature whose verification takes until the test continues. */
    public static final class SlowSignature extends SignatureSpi {
        @Override
        protected void engineInitVerify(PublicKey publicKey) {
            // every key
        }

        @Override
        protected void engineInitSign(PrivateKey privateKey) {
            throw new UnsupportedOperationException();
        }

        @Override
        protected void engineUpdate(byte b) {
            // not examined
        }

        @Override
        protected void engineUpdate(byte[] bytes, int offset, int length) {
            // not examined
        }

        @Override
        protected byte[] engineSign() {
            throw new UnsupportedOperationException();
        }

        @Override
        protected boolean engineVerify(byte[] signature) {
            RUNNING.incrementAndGet();
            boolean interrupted = false;
            while (true) {
                try {
                    CONTINUE.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            RUNNING.decrementAndGet();
            return false;
        }

        @Override
        @Deprecated
        protected void engineSetParameter(String name, Object value) {
            throw new UnsupportedOperationException();
        }

        @Override
        @Deprecated
        protected Object engineGetParameter(String name) {
            throw new UnsupportedOperationException();
        }
    }

    private static final class SlowProvider extends Provider {
        private static final long serialVersionUID = 1L;

        SlowProvider() {
            super("Slow", "1", "verifies slowly");
            put("Signature.SHA256withRSA", SlowSignature.class.getName());
        }
    }

    private static Authenticator authenticator(Path keys) throws Exception {
        return new NimbusJwtProvider()
                .create(
                        new JwtSettings(
                                Optional.of(keys),
                                Optional.empty(),
                                Optional::empty,
                                Optional.empty(),
                                List.of(Tokens.AUDIENCE),
                                Set.of("RS256"),
                                Duration.ZERO),
                        new FakeClock());
    }

    @Test
    @DisplayName(
            "H-359 a flood of tokens is verified by half of the processors at most; the other tokens wait for their turn")
    void flood_usesSomeProcessors(@TempDir Path folder) throws Exception {
        // Given a hub whose verifications take long
        FakeClock clock = new FakeClock();
        Tokens tokens = new Tokens();
        String token =
                tokens.sign(JWSAlgorithm.RS256, Tokens.claims(clock.now()).build());
        Authenticator authenticator = authenticator(Files.writeString(folder.resolve("keys.json"), tokens.jwks()));
        authenticator.refresh();
        Queue<Throwable> rejections = new ConcurrentLinkedQueue<>();
        List<Thread> clients = new ArrayList<>();
        Security.insertProviderAt(new SlowProvider(), 1);
        try {
            // When many clients send tokens that are not valid
            for (int i = 0; i < CLIENTS; i++) {
                clients.add(Thread.startVirtualThread(() -> {
                    try {
                        authenticator.authenticate(Credentials.ofToken(token));
                    } catch (Exception e) {
                        rejections.add(e);
                    }
                }));
            }
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> clients.stream()
                            .allMatch(each -> each.getState() == Thread.State.WAITING
                                    || each.getState() == Thread.State.TIMED_WAITING
                                    || each.getState() == Thread.State.TERMINATED));

            // Then
            assertThat(RUNNING).hasValue(Math.max(1, Runtime.getRuntime().availableProcessors() / 2));
        } finally {
            CONTINUE.countDown();
            for (Thread each : clients) {
                each.join();
            }
            Security.removeProvider("Slow");
        }
        assertThat(rejections)
                .hasSize(CLIENTS)
                .allSatisfy(e -> assertThat(e)
                        .isInstanceOfSatisfying(
                                AuthenticationException.class,
                                rejection -> assertThat(rejection.claim()).isEqualTo("signature")));
    }

    @Test
    @DisplayName(
            "H-359 a token whose turn does not come in time may be sent again; a failed verification ends its turn")
    void turnDoesNotCome() throws Exception {
        VerificationLimit limit = new VerificationLimit(1, Duration.ofMillis(1));
        AuthenticationException late = limit.run(() -> catchThrowableOfType(
                AuthenticationException.class, () -> limit.run(() -> "while another one is verified")));
        assertThat(late.isTemporary()).isTrue();
        assertThat(late.claim()).isEqualTo(AUTHENTICATOR_CLAIM);
        assertThat(late).hasMessageContaining("too many").hasMessageContaining("try again later");

        assertThatThrownBy(() -> limit.run(() -> {
                    throw new AuthenticationException("alg", "planned");
                }))
                .hasMessage("planned");
        assertThat(limit.run(() -> "verified")).isEqualTo("verified");
    }
}
