package dev.ginkgo.hub.http.h1;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StrictRequestDecoderTest {
    @ParameterizedTest
    @MethodSource("dev.ginkgo.hub.http.h1.RequestCorpusTest#requests")
    @DisplayName("H-40 the outcome of a request does not depend on how its bytes are split into packets")
    void outcome_doesNotDependOnPackets(RequestCorpusTest.Row row) {
        String bytes = row.request() + RequestCorpusTest.SECOND;

        // When
        String atOnce = decode(bytes, bytes.length());
        String bytewise = decode(bytes, 1);

        // Then
        assertThat(bytewise).isEqualTo(atOnce);
    }

    /** Returns what the decoder makes of a text that arrives in packets of the given length. */
    private static String decode(String text, int packet) {
        EmbeddedChannel channel = new EmbeddedChannel(new StrictRequestDecoder(() -> {}, () -> true, () -> 1_000));
        StringBuilder decoded = new StringBuilder();
        for (int from = 0; from < text.length(); from += packet) {
            String part = text.substring(from, Math.min(text.length(), from + packet));
            channel.writeInbound(Unpooled.copiedBuffer(part, ISO_8859_1));
            for (Object next = channel.readInbound(); next != null; next = channel.readInbound()) {
                describe((HttpObject) next, decoded);
                ReferenceCountUtil.release(next);
            }
        }
        channel.finishAndReleaseAll();
        return decoded.toString();
    }

    private static void describe(HttpObject object, StringBuilder out) {
        if (object.decoderResult().isFailure()) {
            out.append("rejected\n");
            return;
        }
        if (object instanceof HttpRequest request) {
            out.append(request.method()).append(' ').append(request.uri()).append('\n');
        }
        if (object instanceof HttpContent content) {
            out.append(content.content().toString(ISO_8859_1));
        }
        if (object instanceof LastHttpContent) {
            out.append("\nend\n");
        }
    }
}
