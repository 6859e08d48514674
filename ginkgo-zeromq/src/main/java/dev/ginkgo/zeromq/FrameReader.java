package dev.ginkgo.zeromq;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.Envelope;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads what {@link FrameWriter} writes, and nothing else: the bytes may come from anybody. What it allocates is bounded
 * by what it was given.
 */
final class FrameReader {
    private static final int MAX_NAME = 4 * NodeIncarnation.MAX_NAME;
    private static final int MAX_CLUSTER = 1024;

    private final ByteBuffer in;

    private FrameReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    /**
     * Reads one frame.
     *
     * @throws InvalidFrameException if it is none; the message says what is wrong
     */
    static Frame read(byte[] bytes) throws InvalidFrameException {
        try {
            return new FrameReader(bytes).frame();
        } catch (BufferUnderflowException e) {
            throw new InvalidFrameException("it ends too early, after " + bytes.length + " bytes");
        } catch (IllegalArgumentException e) {
            throw new InvalidFrameException(String.valueOf(e.getMessage()));
        }
    }

    private Frame frame() throws InvalidFrameException {
        for (byte expected : FrameWriter.PREFIX) {
            require(in.get() == expected, "it does not begin as a frame of Ginkgo does");
        }
        int version = in.get();
        require(
                version == FrameWriter.VERSION,
                "it is of version " + version + ", and this node speaks " + FrameWriter.VERSION);
        int kind = in.get();
        NodeIncarnation from = origin();
        NodeIncarnation to = origin();
        Frame.Body body = body(kind, from);
        require(!in.hasRemaining(), "it goes on for " + in.remaining() + " bytes after its end");
        return new Frame(from, to, body);
    }

    private Frame.Body body(int kind, NodeIncarnation from) throws InvalidFrameException {
        return switch (kind) {
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
            default -> throw new InvalidFrameException("its kind is " + kind + ", which this node does not know");
        };
    }

    private Frame.Heartbeat heartbeat() throws InvalidFrameException {
        long last = in.getLong();
        int hears = in.get();
        require(last >= 0 && (hears == 0 || hears == 1), "its beat is (" + last + ", " + hears + ")");
        Map<NodeIncarnation, Long> others = new HashMap<>();
        while (in.hasRemaining()) {
            NodeIncarnation other = origin();
            long theirs = in.getLong();
            boolean fresh = theirs >= 0 && others.put(other, theirs) == null;
            require(
                    fresh && others.size() <= TransportListener.MAX_POSITIONS,
                    "it tells too many positions, or a wrong one");
        }
        return new Frame.Heartbeat(last, hears == 1, others);
    }

    private SnapshotChunk snapshotChunk() throws InvalidFrameException {
        long after = in.getLong();
        long through = in.getLong();
        Map<NodeIncarnation, Long> lost = positions();
        List<SnapshotChunk.Item> items = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            NodeIncarnation nodeIncarnation = origin();
            long age = in.getLong();
            List<SnapshotChunk.Watermark> gone = watermarks();
            items.add(new SnapshotChunk.Item(message(nodeIncarnation), age, gone));
        }
        return new SnapshotChunk(after, items, through, lost, flag() ? Optional.of(end()) : Optional.empty());
    }

    private SnapshotChunk.End end() throws InvalidFrameException {
        return new SnapshotChunk.End(flag(), positions(), watermarks());
    }

    private boolean flag() throws InvalidFrameException {
        int flag = in.get();
        require(flag == 0 || flag == 1, "it says " + flag + " to what is yes or no");
        return flag == 1;
    }

    private Map<NodeIncarnation, Long> positions() throws InvalidFrameException {
        Map<NodeIncarnation, Long> positions = new HashMap<>();
        for (int left = Short.toUnsignedInt(in.getShort()); left > 0; left--) {
            NodeIncarnation nodeIncarnation = origin();
            long last = in.getLong();
            require(last >= 0 && positions.put(nodeIncarnation, last) == null, "it tells a wrong position");
        }
        return positions;
    }

    private List<SnapshotChunk.Watermark> watermarks() {
        List<SnapshotChunk.Watermark> marks = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            marks.add(new SnapshotChunk.Watermark(in.getLong(), in.getLong(), in.getLong()));
        }
        return marks;
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
        require((flags & ~(FrameWriter.BINARY | FrameWriter.FENCED)) == 0, "its flags are " + flags);
        Optional<Epoch> epoch = (flags & FrameWriter.FENCED) == 0
                ? Optional.empty()
                : Optional.of(new Epoch(text(MAX_CLUSTER), in.getLong()));
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
                epoch);
    }

    private SequenceRange range() throws InvalidFrameException {
        return new SequenceRange(origin(), in.getLong(), in.getLong());
    }

    private NodeIncarnation origin() throws InvalidFrameException {
        return new NodeIncarnation(text(MAX_NAME), in.getLong());
    }

    private String text(int most) throws InvalidFrameException {
        byte[] bytes = bytes(Short.toUnsignedInt(in.getShort()), most);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new InvalidFrameException("a text in it is not UTF-8");
        }
    }

    private byte[] bytes(int length, int most) throws InvalidFrameException {
        require(
                length >= 0 && length <= most && length <= in.remaining(),
                "something in it claims to have " + length + " bytes");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void require(boolean condition, String otherwise) throws InvalidFrameException {
        if (!condition) {
            throw new InvalidFrameException(otherwise);
        }
    }
}
