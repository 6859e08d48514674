package dev.ginkgo.hub.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The text form of message ids. */
class MessageIdTest {
    @Test
    @DisplayName("an id is parsed as it was written, with any number of origins")
    void roundTrip() {
        for (long number : new long[] {0, 1, 127, 128, 16_383, 16_384, Integer.MAX_VALUE, Long.MAX_VALUE}) {
            MessageId one = MessageId.of(0, number, number);
            assertThat(MessageId.parse(one.text())).isEqualTo(one);
        }
        MessageId several = new MessageId(List.of(
                new MessageId.Position(1, 2, 3),
                new MessageId.Position(5, 1_800_000_000_000L, 9),
                new MessageId.Position(300, 0, 0)));
        assertThat(MessageId.parse(several.text())).isEqualTo(several);
        assertThat(several.text()).matches("[A-Za-z0-9_-]+").hasSizeLessThan(30);
    }

    @Test
    @DisplayName("an id has at least one position, and its origins are in ascending order")
    void requiresPositions() {
        assertThatThrownBy(() -> new MessageId(List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one position");
        MessageId.Position position = new MessageId.Position(1, 2, 3);
        assertThatThrownBy(() -> new MessageId(List.of(position, position)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ascending");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "!", "AAA=", "AA", "AAAA_", "gAAAAA", "AAEBAAEB", "______________8", "a b"})
    @DisplayName("invalid text is rejected")
    void rejectsInvalidText(String text) {
        assertThatThrownBy(() -> MessageId.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not a valid message id");
    }
}
