package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.output.Style;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Names of channels and colours in the output of {@code ginkgo sub}. */
class SubOutputTest {
    private static final String RAW = "\033]0;title\007x\ty";

    private final ScriptedHub hub;

    SubOutputTest() throws Exception {
        hub = startHub();
    }

    @AfterEach
    void stop() {
        hub.close();
    }

    private static ScriptedHub startHub() throws Exception {
        return ScriptedHub.withScripts(connection -> connection.stream(false)
                .line("{\"id\":\"a\",\"channel\":\"/room/1\",\"data\":\"hello\"}")
                .line("{\"id\":\"b\",\"channel\":\"/room/2\",\"data\":\"\\u001b]0;title\\u0007x\\ty\"}")
                .awaitClose());
    }

    @Test
    @DisplayName("R-60 on a terminal, messages of a pattern follow the coloured name of their channel and a tab")
    void printsNames_onTerminal() throws Exception {
        ClientInvocation sub = ClientInvocation.subOnTerminal(new Style(true), "--count", "2", hub.url("/room/*"));
        assertThat(sub.code()).isZero();
        assertThat(sub.out()).isEqualTo("\033[36m/room/1\033[0m\thello\n\033[36m/room/2\033[0m\t?]0;title?x\ty\n");
    }

    @Test
    @DisplayName("R-60 a terminal receives no control characters of a message; messages of one channel follow no name")
    void replacesControlCharacters_onTerminal() throws Exception {
        ClientInvocation sub = ClientInvocation.subOnTerminal(Style.plain(), "--count", "2", hub.url("/room/1"));
        assertThat(sub.code()).isZero();
        assertThat(sub.out()).isEqualTo("hello\n?]0;title?x\ty\n");
        ClientInvocation none =
                ClientInvocation.subOnTerminal(Style.plain(), "--no-names", "--count", "1", hub.url("/room/*"));
        assertThat(none.code()).isZero();
        assertThat(none.out()).isEqualTo("hello\n");
    }

    @Test
    @DisplayName(
            "R-60 otherwise, payloads are printed unchanged, and names only with --names; exit code 64 with --json")
    void printsBytes_ifNoTerminal() throws Exception {
        ClientInvocation plain = ClientInvocation.sub("--count", "2", hub.url("/room/*"));
        assertThat(plain.code()).isZero();
        assertThat(plain.out()).isEqualTo("hello\n" + RAW + "\n");
        ClientInvocation named = ClientInvocation.sub("--names", "--count", "2", hub.url("/room/*"));
        assertThat(named.code()).isZero();
        assertThat(named.out()).isEqualTo("/room/1\thello\n/room/2\t" + RAW + "\n");
        assertThat(ClientInvocation.sub("--names", "--json", hub.url("/room/*")).code())
                .isEqualTo(64);
    }
}
