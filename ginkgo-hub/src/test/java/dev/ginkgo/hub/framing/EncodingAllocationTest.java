package dev.ginkgo.hub.framing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.MessageId;
import dev.ginkgo.hub.testing.Measurements;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Counts the bytes that are allocated to encode a message. Without the optimizing compiler, each object counts. */
class EncodingAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int MESSAGES = 1_000;

    private final ByteBuf body = Unpooled.buffer(32 * 1024);
    private final ByteBuf frame = Unpooled.buffer(32 * 1024);

    @ParameterizedTest
    @EnumSource(names = {"LINES", "LINES_WITH_IDS", "SSE", "NDJSON", "WEBSOCKET_NDJSON", "GINKGO_V1"})
    @DisplayName("H-384 the encoding of a text allocates at most 100 bytes, whatever its length")
    void encodesWithoutObjects(WireFormat wireFormat) throws IOException {
        StoredMessage message = new StoredMessage(
                "/a", new MessageId.Position(0, 7, 1), List.of(), Instant.EPOCH, Payload.text("\"text\" ".repeat(300)));
        ChannelSelector selector = ChannelSelector.of("/a");
        encode(wireFormat, message, selector); // loads classes, builds the id
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < MESSAGES; i++) {
            encode(wireFormat, message, selector);
        }
        long bytes = (THREADS.getCurrentThreadAllocatedBytes() - before) / MESSAGES;
        Measurements.record("bytes allocated to encode a message as " + wireFormat, bytes);
        assertThat(bytes).isLessThan(100);
    }

    private void encode(WireFormat wireFormat, StoredMessage message, ChannelSelector selector) {
        frame.clear();
        int length = wireFormat.plainLength(message, true);
        if (length >= 0) {
            wireFormat.encodePlain(message, true, length, frame);
        } else {
            wireFormat.encodeBody(message, selector, body.clear());
            wireFormat.encodeFrame(message, true, body, frame);
        }
    }
}
