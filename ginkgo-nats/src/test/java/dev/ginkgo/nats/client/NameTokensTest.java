package dev.ginkgo.nats.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class NameTokensTest {
    private static final String[] PARTS = {
        "a", "Z", "9", "-", "_", " ", ".", "*", ">", "=", "=2E", "$", "/", "ü", "日本", "🌱", "\u0000", "%"
    };

    @Test
    @DisplayName("N-13: any text is one token of a subject, and is decoded to the same text; different texts differ")
    void roundTrip() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<String, String> textByToken = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            StringBuilder built = new StringBuilder();
            for (int n = random.nextInt(6); n > 0; n--) {
                built.append(PARTS[random.nextInt(PARTS.length)]);
            }
            String text = built.toString();

            String token = NameTokens.encode(text);

            assertThat(token).as("seed %d, text %s", seed, text).matches("[A-Za-z0-9_=-]+");
            assertThat(NameTokens.decode(token)).as("seed %d", seed).isEqualTo(text);
            String other = textByToken.put(token, text);
            assertThat(other == null ? text : other)
                    .as("seed %d, token %s", seed, token)
                    .isEqualTo(text);
        }
        assertThat(NameTokens.encode("10.0.0.1:4440")).isEqualTo("10=2E0=2E0=2E1=3A4440");
    }

    @Test
    @DisplayName("N-13: what is not a token of a text is rejected")
    void malformedIsRejected() {
        for (String token : new String[] {"", "=4", "=4G", "=41", "a.b", "=C3", "=2e", "ü"}) {
            if (!token.isEmpty()) {
                assertThatThrownBy(() -> NameTokens.decode(token))
                        .as(token)
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }
}
