package dev.ginkgo.run.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ChannelUrlTest {
    @Test
    @DisplayName("a URL may omit the scheme and may contain non-ASCII letters, wildcards and parameters of the hub")
    void acceptsChannelUrl() {
        assertThat(ChannelUrl.of("localhost:8088/a")).hasToString("http://localhost:8088/a");
        assertThat(ChannelUrl.of("https://hub.example/ä/*/>")).hasToString("https://hub.example/%C3%A4/*/%3E");
        assertThat(ChannelUrl.of("https://hub.example/ä/*/>").channel()).isEqualTo("/ä/*/>");
        assertThat(ChannelUrl.of("[::1]:8088/a?conflate=2s").with("as", "x&y"))
                .hasToString("http://[::1]:8088/a?conflate=2s&as=x%26y");
    }

    @Test
    @DisplayName(
            "a text that is not the URL of a channel is rejected, and so are parameters that the client sets itself")
    void rejectsOtherText() {
        for (String text : List.of(
                "localhost:8088",
                "localhost:8088/",
                "ftp://localhost/x",
                "http:///x",
                "http://user@localhost/x",
                "localhost/x#y",
                "local host/x",
                "localhost/x?since=1",
                "localhost/x?a=b&last_event_id=1")) {
            assertThatThrownBy(() -> ChannelUrl.of(text))
                    .as(text)
                    .isInstanceOfSatisfying(FatalException.class, fatalException -> {
                        assertThat(fatalException.exitCode()).isEqualTo(ClientExitCode.USAGE);
                        assertThat(fatalException.text()).startsWith("\"" + text + "\" is not the URL of a channel: ");
                    });
        }
    }
}
