package dev.ginkgo.hub.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class VerifiedTokensTest {
    private static final int MEBIBYTE = 1 << 20;

    private static Access access(int patterns) {
        List<String> names = IntStream.range(0, patterns)
                .mapToObj(number -> "/" + number + "/*")
                .toList();
        Principal principal = Principal.of("user", Grant.of(names, names, false));
        return Access.of(principal, _ -> Optional.of(principal), Credentials.ofToken("token"));
    }

    @Test
    @DisplayName("H-266 what the hub remembers of verified tokens is limited by the memory of their grants, too")
    void largeGrants_areBounded() {
        VerifiedTokens tokens = new VerifiedTokens(MEBIBYTE);
        assertThat(access(1_000).grant().estimatedBytes()).isGreaterThan(200_000);

        // When short tokens have large grants
        for (int i = 0; i < 1_000; i++) {
            tokens.add("token-" + i, access(1_000));
        }

        // Then few of them are held, among them the last
        assertThat(tokens.size()).isBetween(2, 14);
        assertThat(tokens.find("token-999")).isNotNull();
    }

    @Test
    @DisplayName("H-266 tokens with small grants are remembered by the thousand, and removed ones make room")
    void smallGrants_areRemembered() {
        VerifiedTokens tokens = new VerifiedTokens(MEBIBYTE);
        Access access = access(2);
        for (int i = 0; i < 1_000; i++) {
            tokens.add("token-" + i, access);
        }
        assertThat(tokens.size()).isEqualTo(1_000);
        for (int i = 0; i < 100_000; i++) { // tokens that are no longer valid
            tokens.add("revoked", access);
            tokens.remove("revoked");
        }
        assertThat(tokens.size()).isEqualTo(1_000);
        assertThat(tokens.find("token-0")).isSameAs(access);
    }
}
