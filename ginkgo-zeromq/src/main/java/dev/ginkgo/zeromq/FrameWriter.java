package dev.ginkgo.zeromq;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writer of frames in the wire format. Numbers are big-endian; a text is its length in bytes (16 bits), followed by its
 * UTF-8 encoding.
 *
 * <pre>
 * frame            = "gk" version:8 kind:8 origin(from) origin(to) body
 * heartbeat        = last:64 receiving:8 (origin last:64)*       kind 1, up to the end of the frame
 * messages         = message*                                    kind 2, up to the end of the frame
 * range-request    = range                                       kind 3
 * range-reply      = range through:64 message*                   kind 4, up to the end of the frame
 * snapshot-request = after:64                                    kind 5
 * snapshot-reply   = after:64 through:64 lost:positions items:32 item* end:8 [complete:8 positions watermarks]
 *                                                                kind 6
 * origin           = name:text incarnation:64
 * range            = origin from:64 to:64
 * item             = origin age:64 watermarks message
 * positions        = count:16 (origin last:64)*
 * watermarks       = count:32 (number:64 incarnation:64 sequence:64)*
 * message          = sequence:64 previous:64 millis:64 flags:8 [cluster:text number:64] channel:text length:32 payload
 * </pre>
 *
 * The origin of a message is that of its frame, range, or item. Flags: 1 binary, 2 with an epoch.
 */
final class FrameWriter {
    /** First bytes of each frame, and the ZeroMQ subscription. */
    static final byte[] PREFIX = {'g', 'k'};

    static final int VERSION = 1;
    static final int HEARTBEAT = 1;
    static final int MESSAGES = 2;
    static final int RANGE_REQUEST = 3;
    static final int RANGE_REPLY = 4;
    static final int SNAPSHOT_REQUEST = 5;
    static final int SNAPSHOT_REPLY = 6;
    static final int BINARY = 1;
    static final int FENCED = 2;

    /** Upper bound, in bytes, of a frame with one message, without its payload. */
    static final int OVERHEAD = 8 * 1024;

    private FrameWriter() {}

    /** Returns the bytes of a frame. */
    static byte[] write(Frame frame) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        DataOutputStream out = new DataOutputStream(bytes);
        try {
            out.write(PREFIX);
            out.writeByte(VERSION);
            out.writeByte(kind(frame.body()));
            origin(out, frame.from());
            origin(out, frame.to());
            body(out, frame.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e); // impossible when writing to memory
        }
        return bytes.toByteArray();
    }

    private static int kind(Frame.Body body) {
        return switch (body) {
            case Frame.Heartbeat _ -> HEARTBEAT;
            case Frame.Messages _ -> MESSAGES;
            case Frame.RangeRequest _ -> RANGE_REQUEST;
            case Frame.RangeReply _ -> RANGE_REPLY;
            case Frame.SnapshotRequest _ -> SNAPSHOT_REQUEST;
            case Frame.SnapshotReply _ -> SNAPSHOT_REPLY;
        };
    }

    private static void body(DataOutputStream out, Frame.Body body) throws IOException {
        switch (body) {
            case Frame.Heartbeat(long last, boolean receiving, Map<NodeIncarnation, Long> others) -> {
                out.writeLong(last);
                out.writeBoolean(receiving);
                for (Map.Entry<NodeIncarnation, Long> other : others.entrySet()) {
                    origin(out, other.getKey());
                    out.writeLong(other.getValue());
                }
            }
            case Frame.Messages(List<Envelope> messages) -> messages(out, messages);
            case Frame.RangeRequest(SequenceRange range) -> range(out, range);
            case Frame.RangeReply(var rangeResponse) -> {
                range(out, rangeResponse.range());
                out.writeLong(rangeResponse.through());
                messages(out, rangeResponse.messages());
            }
            case Frame.SnapshotRequest(long after) -> out.writeLong(after);
            case Frame.SnapshotReply(SnapshotChunk snapshotChunk) -> snapshotChunk(out, snapshotChunk);
        }
    }

    private static void snapshotChunk(DataOutputStream out, SnapshotChunk snapshotChunk) throws IOException {
        out.writeLong(snapshotChunk.after());
        out.writeLong(snapshotChunk.through());
        positions(out, snapshotChunk.lost());
        out.writeInt(snapshotChunk.items().size());
        for (SnapshotChunk.Item item : snapshotChunk.items()) {
            origin(out, item.message().origin());
            out.writeLong(item.ageMillis());
            watermarks(out, item.evicted());
            message(out, item.message());
        }
        out.writeBoolean(snapshotChunk.end().isPresent());
        if (snapshotChunk.end().isPresent()) {
            SnapshotChunk.End end = snapshotChunk.end().get();
            out.writeBoolean(end.complete());
            positions(out, end.positions());
            watermarks(out, end.evicted());
        }
    }

    private static void positions(DataOutputStream out, Map<NodeIncarnation, Long> positions) throws IOException {
        out.writeShort(positions.size());
        for (Map.Entry<NodeIncarnation, Long> each : positions.entrySet()) {
            origin(out, each.getKey());
            out.writeLong(each.getValue());
        }
    }

    private static void watermarks(DataOutputStream out, List<SnapshotChunk.Watermark> watermarks) throws IOException {
        out.writeInt(watermarks.size());
        for (SnapshotChunk.Watermark watermark : watermarks) {
            out.writeLong(watermark.origin());
            out.writeLong(watermark.incarnation());
            out.writeLong(watermark.sequence());
        }
    }

    private static void range(DataOutputStream out, SequenceRange sequenceRange) throws IOException {
        origin(out, sequenceRange.origin());
        out.writeLong(sequenceRange.from());
        out.writeLong(sequenceRange.to());
    }

    private static void messages(DataOutputStream out, List<Envelope> messages) throws IOException {
        for (Envelope message : messages) {
            message(out, message);
        }
    }

    private static void message(DataOutputStream out, Envelope message) throws IOException {
        Optional<Epoch> epoch = message.epoch();
        out.writeLong(message.sequence());
        out.writeLong(message.previous());
        out.writeLong(message.publishedMillis());
        out.writeByte((message.binary() ? BINARY : 0) | (epoch.isPresent() ? FENCED : 0));
        if (epoch.isPresent()) {
            text(out, epoch.get().cluster());
            out.writeLong(epoch.get().number());
        }
        text(out, message.channel());
        out.writeInt(message.payload().length);
        out.write(message.payload());
    }

    private static void origin(DataOutputStream out, NodeIncarnation nodeIncarnation) throws IOException {
        text(out, nodeIncarnation.name());
        out.writeLong(nodeIncarnation.incarnation());
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        out.writeShort(bytes.length);
        out.write(bytes);
    }
}
