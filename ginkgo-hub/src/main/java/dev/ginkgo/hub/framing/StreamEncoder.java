package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.compression.Checksum;
import dev.ginkgo.hub.compression.GzipStream;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Encoder of what one connection receives besides messages. If the stream is compressed, it is a gzip member, in which control
 * events are stored blocks between the blocks that the connection shares with others. Event loop only.
 */
public final class StreamEncoder {
    private final WireFormat wireFormat;
    private final @Nullable GzipStream gzip;

    /** Creates the encoder of a new stream. One that does not compress has no state, so streams may share it. */
    public StreamEncoder(WireFormat wireFormat) {
        this.wireFormat = wireFormat;
        this.gzip = wireFormat.compressesBlocks() ? new GzipStream() : null;
    }

    /** Returns the start of the body, which precedes everything else; empty if there is none. */
    public Optional<ByteBuf> encodeHeader() {
        if (gzip == null) {
            return Optional.empty();
        }
        ByteBuf header = Unpooled.buffer();
        GzipStream.writeHeader(header);
        return Optional.of(framed(header));
    }

    /**
     * Notes that the connection receives messages that were encoded for several connections. Called in the order in which they are
     * written.
     *
     * @param checksum of messages in compressed blocks; null if they are not compressed
     */
    public void append(@Nullable Checksum checksum) {
        if (gzip != null && checksum != null) {
            gzip.append(checksum);
        }
    }

    /** Returns a control event. */
    public ByteBuf encodeEvent(ControlEvent event) {
        return stored(wireFormat.encodeEvent(event));
    }

    /** Returns a keep-alive. */
    public ByteBuf encodeKeepAlive() {
        return stored(wireFormat.encodeKeepAlive());
    }

    /** Returns the event that announces the end of the stream, and the end. */
    public ByteBuf encodeBye(ControlEvent.Bye bye) {
        return gzip == null ? wireFormat.encodeBye(bye) : Unpooled.wrappedBuffer(encodeEvent(bye), encodeEnd());
    }

    /** Returns the end of a response that needs no event. */
    public ByteBuf encodeEnd() {
        if (gzip == null) {
            return wireFormat.encodeEnd();
        }
        ByteBuf end = Unpooled.buffer();
        gzip.writeEnd(end);
        ByteBuf out = framed(end);
        wireFormat.encodeEndOfBlocks(out);
        return out;
    }

    private ByteBuf stored(ByteBuf event) {
        if (gzip == null) {
            return event;
        }
        ByteBuf block = Unpooled.buffer(event.readableBytes() + 16);
        gzip.writeStored(event, block);
        return framed(block);
    }

    private ByteBuf framed(ByteBuf block) {
        ByteBuf out = Unpooled.buffer(block.readableBytes() + FrameEncoder.OVERHEAD);
        wireFormat.encodeBlock(block, out);
        return out;
    }
}
