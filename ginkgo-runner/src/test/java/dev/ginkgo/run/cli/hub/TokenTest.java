package dev.ginkgo.run.cli.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    @DisplayName(
            "H-123 pub and sub use the token of --token-file, else that of GINKGO_TOKEN; a hub that rejects it ends them with"
                    + " 77 and its reason")
    void commandsAuthenticate() throws Exception {
        // Given a hub with one token
        MessageHub hub = new MessageHub();
        Grant grant = Grant.of(List.of("/x"), List.of("/x"), false);
        hub.authenticateWith(
                credentials -> credentials.token().filter("secret"::equals).map(_ -> Principal.of("user", grant)));
        Path right = Files.writeString(folder.resolve("right"), "secret\n");
        try (Ginkgo running = Ginkgo.start(hub, "http.bind = '127.0.0.1:0'")) {
            assertThat(running.root()).isSameAs(hub);
            String url = hub.address() + "/x";

            // When it is in a file or in the environment
            assertThat(ClientInvocation.pub("1", "--token-file", right.toString(), url)
                            .code())
                    .isZero();
            ClientInvocation sub = ClientInvocation.subWithEnvironment(
                    Map.of("GINKGO_TOKEN", "secret"), "--count", "1", "--since", "all", url);
            assertThat(sub.code()).as(sub.err()).isZero();
            assertThat(sub.out()).contains("1");

            // And without it, or with another one, which the file overrides
            for (ClientInvocation rejected : List.of(
                    ClientInvocation.pub("1", url),
                    ClientInvocation.subWithEnvironment(Map.of("GINKGO_TOKEN", "wrong"), url))) {
                assertThat(rejected.code()).isEqualTo(77);
                assertThat(rejected.err()).contains("401").doesNotContain("wrong", "secret");
            }
            ClientInvocation overridden = ClientInvocation.subWithEnvironment(
                    Map.of("GINKGO_TOKEN", "wrong"),
                    "--token-file",
                    right.toString(),
                    "--count",
                    "1",
                    "--since",
                    "all",
                    url);
            assertThat(overridden.code()).as(overridden.err()).isZero();
            assertThat(ClientInvocation.subWithEnvironment(Map.of("GINKGO_TOKEN", "two words"), url)
                            .code())
                    .isEqualTo(66);
        }
    }
}
