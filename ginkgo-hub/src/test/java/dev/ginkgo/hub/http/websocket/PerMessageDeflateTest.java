package dev.ginkgo.hub.http.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaderNames;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Negotiation of {@code permessage-deflate}: offers of clients of third parties, and invalid ones. */
class PerMessageDeflateTest {
    private static final String ACCEPTED = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

    private static String accept(String offers) {
        return PerMessageDeflate.accept(new DefaultHttpHeaders().add(HttpHeaderNames.SEC_WEBSOCKET_EXTENSIONS, offers))
                .orElse("");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate",
                "permessage-deflate; client_max_window_bits",
                "permessage-deflate; client_max_window_bits=15",
                "permessage-deflate; client_max_window_bits=\"8\"",
                "permessage-deflate;server_no_context_takeover;client_no_context_takeover",
                "x-webkit-deflate-frame, permessage-deflate; client_max_window_bits",
                "permessage-deflate; server_max_window_bits=10, permessage-deflate",
            })
    @DisplayName("H-256 an offer of permessage-deflate is accepted without context takeover")
    void offers_areAccepted(String offers) {
        assertThat(accept(offers)).isEqualTo(ACCEPTED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "permessage-deflate; server_max_window_bits=12; client_max_window_bits=12",
                "permessage-deflate; server_max_window_bits=15",
                "permessage-deflate; server_max_window_bits=\"13\"",
            })
    @DisplayName("H-256 a limit of the hub's window is accepted if it is 4 KiB or more")
    void windows_areAccepted(String offers) {
        assertThat(accept(offers)).isEqualTo(ACCEPTED + "; server_max_window_bits=12");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "permessage-bzip2",
                "permessage-deflate; server_max_window_bits=11",
                "permessage-deflate; server_max_window_bits",
                "permessage-deflate; server_max_window_bits=16",
                "permessage-deflate; server_max_window_bits=012",
                "permessage-deflate; client_max_window_bits=7",
                "permessage-deflate; client_max_window_bits=",
                "permessage-deflate; server_no_context_takeover=1",
                "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
                "permessage-deflate; unknown",
                "permessage-deflate;",
            })
    @DisplayName("H-256 an invalid offer, and one that the hub cannot fulfil, is declined")
    void otherOffers_areDeclined(String offers) {
        assertThat(accept(offers)).isEmpty();
    }
}
