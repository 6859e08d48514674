package dev.ginkgo.hub.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.message.InvalidChannelException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Parsing and validation of channel names. */
class ChannelNameTest {
    @ParameterizedTest
    @CsvSource({
        "/a, /a",
        "/A, /A",
        "/numbers/even, /numbers/even",
        "/%61, /a",
        "/a%20b, /a b",
        "/%C3%A4, /ä",
        "/%f0%9f%8c%b3, /🌳",
        "/a+b, /a+b",
        "/.a/b../..., /.a/b../...",
        "/-a, /-a"
    })
    @DisplayName("H-06 a channel name is the percent-decoded path and is case-sensitive")
    void parsesValidName(String raw, String text) {
        assertThat(ChannelName.parse(raw).text()).isEqualTo(text);
        assertThat(ChannelName.of(text)).isEqualTo(ChannelName.parse(raw));
    }

    @ParameterizedTest
    @CsvSource({
        "a, slash",
        "'', slash",
        "/, segment is empty",
        "//a, segment is empty",
        "/a/, segment is empty",
        "/a%2F%2Fb, segment is empty",
        "/., which URL libraries and proxies remove",
        "/a/../b, which URL libraries and proxies remove",
        "/%2e%2e/b, which URL libraries and proxies remove",
        "/a%, hexadecimal",
        "/a%4, hexadecimal",
        "/a%zz, hexadecimal",
        "/%ff, not UTF-8",
        "/%c0%af, not UTF-8",
        "/%ed%a0%80, not UTF-8",
        "/a%00, control character U+0000",
        "/a%0a, control character U+000A",
        "/a%7f, control character U+007F",
        "/ä, ASCII",
        "/a/*, reserved for patterns",
        "/a/%3e, reserved for patterns",
        "/-, reserved for the hub",
        "/-/metrics, reserved for the hub"
    })
    @DisplayName("H-06 an invalid name is rejected with the reason")
    void rejectsInvalidName(String raw, String reason) {
        assertThatThrownBy(() -> ChannelName.parse(raw))
                .isInstanceOf(InvalidChannelException.class)
                .hasMessageContaining(reason);
    }

    @ParameterizedTest
    @CsvSource({"253, true", "254, true", "255, false", "5000, false"})
    @DisplayName("H-06 a channel name has at most 255 bytes")
    void limitsLength(int letters, boolean valid) {
        String raw = "/" + "a".repeat(letters);
        if (valid) {
            assertThat(ChannelName.parse(raw).text()).hasSize(letters + 1);
        } else {
            assertThatThrownBy(() -> ChannelName.parse(raw))
                    .isInstanceOf(InvalidChannelException.class)
                    .hasMessageContaining("255")
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(200));
        }
    }
}
