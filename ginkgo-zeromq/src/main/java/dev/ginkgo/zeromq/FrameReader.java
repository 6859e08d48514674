package dev.ginkgo.zeromq;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.IdempotencyRecord;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.RangeResponse;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.hub.spi.SnapshotChunk;
import dev.ginkgo.hub.spi.TransportListener;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Strict reader of the format of {@link FrameWriter}. The input may come from an untrusted sender; the memory allocated
 * is bounded by the size of the input.
 */
final class FrameReader {
    private static final int MAX_NAME_BYTES = 4 * NodeIncarnation.MAX_NAME;
    private static final int MAX_CLUSTER_BYTES = 1024;

    private final ByteBuffer in;
    private byte[] lastText = {};
    private String lastDecoded = "";

    private FrameReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    /**
     * Reads one frame, which must occupy all of the bytes.
     *
     * @throws InvalidFrameException if the bytes are not a valid frame; the message says why
     */
    static Frame read(byte[] bytes) throws InvalidFrameException {
        try {
            return new FrameReader(bytes).frame();
        } catch (BufferUnderflowException e) {
            throw new InvalidFrameException("truncated after " + bytes.length + " bytes");
        } catch (IllegalArgumentException e) {
            throw new InvalidFrameException(String.valueOf(e.getMessage()));
        }
    }

    private Frame frame() throws InvalidFrameException {
        for (byte expected : FrameWriter.PREFIX) {
            require(in.get() == expected, "the prefix is not that of a Ginkgo frame");
        }
        int version = in.get();
        require(
                version == FrameWriter.VERSION,
                "unsupported version " + version + ", this node supports version " + FrameWriter.VERSION);
        int kind = in.get();
        NodeIncarnation from = origin();
        NodeIncarnation to = origin();
        Frame.Body body = body(kind, from);
        require(!in.hasRemaining(), in.remaining() + " extra bytes at the end");
        return new Frame(from, to, body);
    }

    private Frame.Body body(int kind, NodeIncarnation from) throws InvalidFrameException {
        return switch (kind) {
            case FrameWriter.FEATURES -> features();
            case FrameWriter.HEARTBEAT -> heartbeat();
            case FrameWriter.MESSAGES -> new Frame.Messages(messages(from));
            case FrameWriter.RANGE_REQUEST -> new Frame.RangeRequest(range());
            case FrameWriter.RANGE_REPLY -> {
                SequenceRange sequenceRange = range();
                long through = in.getLong();
                yield new Frame.RangeReply(new RangeResponse(sequenceRange, messages(sequenceRange.origin()), through));
            }
            case FrameWriter.SNAPSHOT_REQUEST -> new Frame.SnapshotRequest(in.getLong());
            case FrameWriter.SNAPSHOT_REPLY -> new Frame.SnapshotReply(snapshotChunk());
            default -> throw new InvalidFrameException("unknown kind " + kind);
        };
    }

    /** Reads the features, and skips what a later version has appended. */
    private Frame.Features features() {
        int flags = in.getInt();
        in.position(in.limit());
        return new Frame.Features(flags);
    }

    private Frame.Heartbeat heartbeat() throws InvalidFrameException {
        long last = in.getLong();
        int receiving = in.get();
        require(
                last >= 0 && (receiving == 0 || receiving == 1),
                "invalid heartbeat: last " + last + ", receiving " + receiving);
        Map<NodeIncarnation, Long> others = new HashMap<>();
        while (in.hasRemaining()) {
            NodeIncarnation other = origin();
            long position = in.getLong();
            boolean valid = position >= 0 && others.put(other, position) == null;
            require(
                    valid && others.size() <= TransportListener.MAX_POSITIONS,
                    "a heartbeat with too many positions, or an invalid one");
        }
        return new Frame.Heartbeat(last, receiving == 1, others);
    }

    private SnapshotChunk snapshotChunk() throws InvalidFrameException {
        long after = in.getLong();
        long through = in.getLong();
        Map<NodeIncarnation, Long> lost = positions();
        List<SnapshotChunk.Item> items = new ArrayList<>();
        for (int remaining = in.getInt(); remaining > 0; remaining--) {
            NodeIncarnation nodeIncarnation = origin();
            long age = in.getLong();
            List<SnapshotChunk.Watermark> evicted = watermarks();
            items.add(new SnapshotChunk.Item(message(nodeIncarnation), age, evicted));
        }
        return new SnapshotChunk(after, items, through, lost, flag() ? Optional.of(end()) : Optional.empty());
    }

    private SnapshotChunk.End end() throws InvalidFrameException {
        return new SnapshotChunk.End(flag(), positions(), watermarks());
    }

    private boolean flag() throws InvalidFrameException {
        int flag = in.get();
        require(flag == 0 || flag == 1, "invalid boolean " + flag);
        return flag == 1;
    }

    private Map<NodeIncarnation, Long> positions() throws InvalidFrameException {
        Map<NodeIncarnation, Long> positions = new HashMap<>();
        for (int remaining = Short.toUnsignedInt(in.getShort()); remaining > 0; remaining--) {
            NodeIncarnation nodeIncarnation = origin();
            long last = in.getLong();
            require(last >= 0 && positions.put(nodeIncarnation, last) == null, "a negative or duplicate position");
        }
        return positions;
    }

    private List<SnapshotChunk.Watermark> watermarks() {
        List<SnapshotChunk.Watermark> watermarks = new ArrayList<>();
        for (int remaining = in.getInt(); remaining > 0; remaining--) {
            watermarks.add(new SnapshotChunk.Watermark(in.getLong(), in.getLong(), in.getLong()));
        }
        return watermarks;
    }

    private List<Envelope> messages(NodeIncarnation nodeIncarnation) throws InvalidFrameException {
        List<Envelope> messages = new ArrayList<>();
        while (in.hasRemaining()) {
            messages.add(message(nodeIncarnation));
        }
        return messages;
    }

    private Envelope message(NodeIncarnation nodeIncarnation) throws InvalidFrameException {
        long sequence = in.getLong();
        long previous = in.getLong();
        long millis = in.getLong();
        int flags = in.get();
        require(
                (flags & ~(FrameWriter.BINARY | FrameWriter.FENCED | FrameWriter.KEYED | FrameWriter.FROM_CLIENT)) == 0,
                "invalid flags " + flags);
        Optional<Epoch> epoch = (flags & FrameWriter.FENCED) == 0
                ? Optional.empty()
                : Optional.of(new Epoch(text(MAX_CLUSTER_BYTES), in.getLong()));
        Optional<IdempotencyRecord> idempotency =
                (flags & FrameWriter.KEYED) == 0 ? Optional.empty() : Optional.of(idempotency());
        long client = (flags & FrameWriter.FROM_CLIENT) == 0 ? 0 : in.getLong();
        String channel = text(Envelope.MAX_CHANNEL);
        byte[] payload = bytes(in.getInt(), Integer.MAX_VALUE);
        return new Envelope(
                nodeIncarnation,
                sequence,
                previous,
                channel,
                (flags & FrameWriter.BINARY) != 0,
                payload,
                millis,
                epoch,
                idempotency,
                client);
    }

    private IdempotencyRecord idempotency() throws InvalidFrameException {
        IdempotencyKey key =
                new IdempotencyKey(text(IdempotencyKey.MAX_LENGTH), text(IdempotencyKey.MAX_DIGEST), in.getLong());
        return new IdempotencyRecord(key, text(IdempotencyRecord.MAX_ID), in.getInt());
    }

    private SequenceRange range() throws InvalidFrameException {
        return new SequenceRange(origin(), in.getLong(), in.getLong());
    }

    private NodeIncarnation origin() throws InvalidFrameException {
        return new NodeIncarnation(text(MAX_NAME_BYTES), in.getLong());
    }

    private String text(int maxLength) throws InvalidFrameException {
        byte[] bytes = bytes(Short.toUnsignedInt(in.getShort()), maxLength);
        if (Arrays.equals(bytes, lastText)) { // messages of one channel follow one another
            return lastDecoded;
        }
        lastDecoded = decode(bytes);
        lastText = bytes;
        return lastDecoded;
    }

    private static String decode(byte[] bytes) throws InvalidFrameException {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidFrameException("a text is not valid UTF-8");
        }
    }

    private byte[] bytes(int length, int maxLength) throws InvalidFrameException {
        require(
                length >= 0 && length <= maxLength && length <= in.remaining(),
                "invalid length " + length + " of a field");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void require(boolean condition, String message) throws InvalidFrameException {
        if (!condition) {
            throw new InvalidFrameException(message);
        }
    }
}
