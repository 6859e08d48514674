package dev.ginkgo.zeromq;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.IdempotencyRecord;
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
 * features         = flags:32                                    kind 7, later versions may append to it
 * origin           = name:text incarnation:64
 * range            = origin from:64 to:64
 * item             = origin age:64 watermarks message
 * positions        = count:16 (origin last:64)*
 * watermarks       = count:32 (number:64 incarnation:64 sequence:64)*
 * message          = sequence:64 previous:64 millis:64 flags:8 [epoch] [idempotency] [client:64] channel:text length:32 payload
 * epoch            = cluster:text number:64
 * idempotency      = key:text digest:text client:64 id:text receivers:32
 * </pre>
 *
 * The origin of a message is that of its frame, range, or item. Flags: 1 binary, 2 with an epoch, 4 with an idempotency
 * record, 8 with the number of a client. A node sends flags 4 and 8 only to nodes that have announced the feature, so that
 * nodes of earlier versions, which reject unknown flags, receive every message.
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
    static final int FEATURES = 7;
    static final int BINARY = 1;
    static final int FENCED = 2;
    static final int KEYED = 4;
    static final int FROM_CLIENT = 8;

    /** Upper bound, in bytes, of a frame with one message, without its payload. */
    static final int OVERHEAD = 8 * 1024;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private final DataOutputStream out = new DataOutputStream(bytes);
    private final boolean keys;
    private final boolean clients;
    private String lastText = "";
    private byte[] lastEncoded = {};

    private FrameWriter(Frame.Features features) {
        keys = features.idempotencyKeys();
        clients = features.clients();
    }

    /**
     * Returns the bytes of a frame.
     *
     * @param features the features that the receiver has announced
     */
    static byte[] write(Frame frame, Frame.Features features) {
        try {
            return new FrameWriter(features).write(frame);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // impossible when writing to memory
        }
    }

    private byte[] write(Frame frame) throws IOException {
        out.write(PREFIX);
        out.writeByte(VERSION);
        out.writeByte(kind(frame.body()));
        origin(frame.from());
        origin(frame.to());
        body(frame.body());
        return bytes.toByteArray();
    }

    private static int kind(Frame.Body body) {
        return switch (body) {
            case Frame.Features _ -> FEATURES;
            case Frame.Heartbeat _ -> HEARTBEAT;
            case Frame.Messages _ -> MESSAGES;
            case Frame.RangeRequest _ -> RANGE_REQUEST;
            case Frame.RangeReply _ -> RANGE_REPLY;
            case Frame.SnapshotRequest _ -> SNAPSHOT_REQUEST;
            case Frame.SnapshotReply _ -> SNAPSHOT_REPLY;
        };
    }

    private void body(Frame.Body body) throws IOException {
        switch (body) {
            case Frame.Features(int flags) -> out.writeInt(flags);
            case Frame.Heartbeat(long last, boolean receiving, Map<NodeIncarnation, Long> others) -> {
                out.writeLong(last);
                out.writeBoolean(receiving);
                for (Map.Entry<NodeIncarnation, Long> other : others.entrySet()) {
                    origin(other.getKey());
                    out.writeLong(other.getValue());
                }
            }
            case Frame.Messages(List<Envelope> messages) -> messages(messages);
            case Frame.RangeRequest(SequenceRange range) -> range(range);
            case Frame.RangeReply(var rangeResponse) -> {
                range(rangeResponse.range());
                out.writeLong(rangeResponse.through());
                messages(rangeResponse.messages());
            }
            case Frame.SnapshotRequest(long after) -> out.writeLong(after);
            case Frame.SnapshotReply(SnapshotChunk snapshotChunk) -> snapshotChunk(snapshotChunk);
        }
    }

    private void snapshotChunk(SnapshotChunk snapshotChunk) throws IOException {
        out.writeLong(snapshotChunk.after());
        out.writeLong(snapshotChunk.through());
        positions(snapshotChunk.lost());
        out.writeInt(snapshotChunk.items().size());
        for (SnapshotChunk.Item item : snapshotChunk.items()) {
            origin(item.message().origin());
            out.writeLong(item.ageMillis());
            watermarks(item.evicted());
            message(item.message());
        }
        out.writeBoolean(snapshotChunk.end().isPresent());
        if (snapshotChunk.end().isPresent()) {
            SnapshotChunk.End end = snapshotChunk.end().get();
            out.writeBoolean(end.complete());
            positions(end.positions());
            watermarks(end.evicted());
        }
    }

    private void positions(Map<NodeIncarnation, Long> positions) throws IOException {
        out.writeShort(positions.size());
        for (Map.Entry<NodeIncarnation, Long> each : positions.entrySet()) {
            origin(each.getKey());
            out.writeLong(each.getValue());
        }
    }

    private void watermarks(List<SnapshotChunk.Watermark> watermarks) throws IOException {
        out.writeInt(watermarks.size());
        for (SnapshotChunk.Watermark watermark : watermarks) {
            out.writeLong(watermark.origin());
            out.writeLong(watermark.incarnation());
            out.writeLong(watermark.sequence());
        }
    }

    private void range(SequenceRange sequenceRange) throws IOException {
        origin(sequenceRange.origin());
        out.writeLong(sequenceRange.from());
        out.writeLong(sequenceRange.to());
    }

    private void messages(List<Envelope> messages) throws IOException {
        for (Envelope message : messages) {
            message(message);
        }
    }

    private void message(Envelope message) throws IOException {
        Optional<Epoch> epoch = message.epoch();
        Optional<IdempotencyRecord> idempotency = keys ? message.idempotency() : Optional.empty();
        long client = clients ? message.client() : 0;
        out.writeLong(message.sequence());
        out.writeLong(message.previous());
        out.writeLong(message.publishedMillis());
        out.writeByte((message.binary() ? BINARY : 0)
                | (epoch.isPresent() ? FENCED : 0)
                | (idempotency.isPresent() ? KEYED : 0)
                | (client == 0 ? 0 : FROM_CLIENT));
        if (epoch.isPresent()) {
            text(epoch.get().cluster());
            out.writeLong(epoch.get().number());
        }
        if (idempotency.isPresent()) {
            idempotency(idempotency.get());
        }
        if (client != 0) {
            out.writeLong(client);
        }
        text(message.channel());
        out.writeInt(message.payload().length);
        out.write(message.payload());
    }

    private void idempotency(IdempotencyRecord idempotency) throws IOException {
        text(idempotency.key().text());
        text(idempotency.key().requestDigest());
        out.writeLong(idempotency.key().client());
        text(idempotency.messageId());
        out.writeInt(idempotency.receivers());
    }

    private void origin(NodeIncarnation nodeIncarnation) throws IOException {
        text(nodeIncarnation.name());
        out.writeLong(nodeIncarnation.incarnation());
    }

    @SuppressWarnings("ReferenceEquality") // only saves time: the names of channels are the same objects
    private void text(String text) throws IOException {
        if (text != lastText) {
            lastEncoded = text.getBytes(StandardCharsets.UTF_8);
            lastText = text;
        }
        out.writeShort(lastEncoded.length);
        out.write(lastEncoded);
    }
}
