package dev.ginkgo.cluster.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.config.Secret;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class KeyDerivationTest {
    private static KeyDerivation of(String secret) {
        return KeyDerivation.of(Secret.of(secret), "cluster.secret");
    }

    @Test
    @DisplayName("K-17 a key equals the PBKDF2 and HKDF result of an independent implementation")
    void derivesTheKnownVector() throws Exception {
        assertThat(of("correct horse battery staple").deriveKey("one purpose"))
                .isEqualTo(HexFormat.of().parseHex("c82616ffba3f18df9a275e439878084a9d0d398fcece576be18d8da174e1c1f8"));
    }

    @Test
    @DisplayName("K-17 keys differ by purpose and by secret; surrounding white space is ignored")
    void derivesDifferentKeys_forDifferentPurposes() throws Exception {
        KeyDerivation keyDerivation = of("correct horse battery staple");
        assertThat(keyDerivation.deriveKey("one purpose"))
                .isEqualTo(of(" correct horse battery staple\n").deriveKey("one purpose"));
        assertThat(keyDerivation.deriveKey("one purpose")).isNotEqualTo(keyDerivation.deriveKey("another purpose"));
        assertThat(keyDerivation.deriveKey("one purpose"))
                .isNotEqualTo(of("incorrect horse battery staple").deriveKey("one purpose"));
    }

    @Test
    @DisplayName("the slow key derivation runs once for all purposes, and not before the first key is requested")
    void stretchesOnce() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        KeyDerivation keyDerivation =
                new KeyDerivation(Secret.of("correct horse battery staple"), "cluster.secret", (secret, salt) -> {
                    calls.incrementAndGet();
                    return new byte[32];
                });
        assertThat(calls).hasValue(0);

        assertThat(keyDerivation.deriveKey("one purpose")).hasSize(32);
        assertThat(keyDerivation.deriveKey("another purpose")).hasSize(32);

        assertThat(calls).hasValue(1);
    }

    @Test
    @DisplayName("K-17 a secret that is too short gives no key, and the error names the setting and the remedy")
    void rejectsAShortSecret() {
        assertThatThrownBy(() -> of("123456789012345").deriveKey("one purpose"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "cluster.secret has 15 characters; it needs at least 16; generate one with openssl rand -base64 24");
    }
}
