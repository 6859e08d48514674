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
    @DisplayName("K-17 a key is what PBKDF2 and HKDF make of the secret, as another program works it out")
    void derivesTheKnownVector() throws Exception {
        assertThat(of("correct horse battery staple").deriveKey("one purpose"))
                .isEqualTo(HexFormat.of().parseHex("c82616ffba3f18df9a275e439878084a9d0d398fcece576be18d8da174e1c1f8"));
    }

    @Test
    @DisplayName(
            "K-17 each purpose has a key of its own, and each secret others; white space around one does not count")
    void derivesDifferentKeys_forDifferentPurposes() throws Exception {
        KeyDerivation keyDerivation = of("correct horse battery staple");
        assertThat(keyDerivation.deriveKey("one purpose"))
                .isEqualTo(of(" correct horse battery staple\n").deriveKey("one purpose"));
        assertThat(keyDerivation.deriveKey("one purpose")).isNotEqualTo(keyDerivation.deriveKey("another purpose"));
        assertThat(keyDerivation.deriveKey("one purpose"))
                .isNotEqualTo(of("incorrect horse battery staple").deriveKey("one purpose"));
    }

    @Test
    @DisplayName("the work that makes guessing slow is done once, for all purposes, and not before a key is wanted")
    void stretchesOnce() throws Exception {
        AtomicInteger times = new AtomicInteger();
        KeyDerivation keyDerivation =
                new KeyDerivation(Secret.of("correct horse battery staple"), "cluster.secret", (secret, salt) -> {
                    times.incrementAndGet();
                    return new byte[32];
                });
        assertThat(times).hasValue(0);

        assertThat(keyDerivation.deriveKey("one purpose")).hasSize(32);
        assertThat(keyDerivation.deriveKey("another purpose")).hasSize(32);

        assertThat(times).hasValue(1);
    }

    @Test
    @DisplayName("K-17 a secret that can be guessed gives no key, and the error says where it stands and what to do")
    void rejectsAShortSecret() {
        assertThatThrownBy(() -> of("123456789012345").deriveKey("one purpose"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("cluster.secret has 15 characters; it needs 16, such as openssl rand -base64 24 gives");
    }
}
