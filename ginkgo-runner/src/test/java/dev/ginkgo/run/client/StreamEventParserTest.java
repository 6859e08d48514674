package dev.ginkgo.run.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StreamEventParserTest {
    private final StreamEventParser reader = new StreamEventParser("/x");

    @Test
    @DisplayName("members that are unknown do no harm, and an unknown event is none of ours")
    void tolerant() {
        assertThat(read("{\"event\":\"weather\",\"id\":\"a\",\"rain\":[{\"x\":1}]}"))
                .isEqualTo(new StreamEvent.Other(Optional.of("a")));
        assertThat(read("{\"event\":\"gap\",\"missed\":null}"))
                .isEqualTo(new StreamEvent.Gap(Optional.empty(), Optional.empty()));
        assertThat(read("{\"event\":\"start\"}")).isEqualTo(new StreamEvent.Start(Optional.empty(), false));
    }

    @Test
    @DisplayName("what no hub writes is refused, and quoted without its control characters")
    void strict() {
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
            assertThatThrownBy(() -> read(line))
                    .as(line)
                    .isInstanceOfSatisfying(
                            FatalException.class,
                            fatalException ->
                                    assertThat(fatalException.exitCode()).isEqualTo(ClientExitCode.NOT_A_HUB));
        }
        assertThatThrownBy(() -> read("\u001b[2J")).hasMessageContaining("?[2J");
    }

    private StreamEvent read(String line) {
        return reader.parse(line.getBytes(UTF_8));
    }
}
