package dev.ginkgo.run.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StreamEventParserTest {
    private final StreamEventParser parser = new StreamEventParser("/x");

    @Test
    @DisplayName("unknown members and unknown events are ignored")
    void ignoresUnknownMembersAndEvents() {
        assertThat(parse("{\"event\":\"weather\",\"id\":\"a\",\"rain\":[{\"x\":1}]}"))
                .isEqualTo(new StreamEvent.Other(Optional.of("a")));
        assertThat(parse("{\"event\":\"gap\",\"missed\":null}"))
                .isEqualTo(new StreamEvent.Gap(Optional.empty(), Optional.empty()));
        assertThat(parse("{\"event\":\"start\"}")).isEqualTo(new StreamEvent.Start(Optional.empty(), false));
    }

    @Test
    @DisplayName("a line that no hub sends is rejected, and quoted without its control characters")
    void rejectsInvalidLines() {
        for (String line : List.of(
                "",
                "hello",
                "[]",
                "{}",
                "{\"id\":\"a\"}",
                "{\"data\":\"a\"}",
                "{\"id\":\"a\",\"data\":\"b\"} {}",
                "{\"id\":\"a\",\"data\":\"b\"",
                "{\"id\":\"a\\nb\",\"data\":\"b\"}",
                "{\"id\":\"a\",\"data\":\"%\",\"encoding\":\"base64\"}",
                "{\"id\":\"a\",\"channel\":\"/x\\u0000\",\"data\":\"b\"}",
                "{\"event\":\"bye\",\"retry\":\"soon\"}")) {
            assertThatThrownBy(() -> parse(line))
                    .as(line)
                    .isInstanceOfSatisfying(
                            FatalException.class,
                            fatalException ->
                                    assertThat(fatalException.exitCode()).isEqualTo(ClientExitCode.NOT_A_HUB));
        }
        assertThatThrownBy(() -> parse("\u001b[2J")).hasMessageContaining("?[2J");
    }

    private StreamEvent parse(String line) {
        return parser.parse(line.getBytes(UTF_8));
    }
}
