package dev.ginkgo.zeromq;

import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Inbox;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
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
    private static final int MAX_NAME = 4 * Origin.MAX_NAME;
    private static final int MAX_CLUSTER = 1024;

    private final ByteBuffer in;

    private FrameReader(byte[] bytes) {
        in = ByteBuffer.wrap(bytes);
    }

    /**
     * Reads one frame.
     *
     * @throws BadFrameException if it is none; the message says what is wrong
     */
    static Frame read(byte[] bytes) throws BadFrameException {
        try {
            return new FrameReader(bytes).frame();
        } catch (BufferUnderflowException e) {
            throw new BadFrameException("it ends too early, after " + bytes.length + " bytes");
        } catch (IllegalArgumentException e) {
            throw new BadFrameException(String.valueOf(e.getMessage()));
        }
    }

    private Frame frame() throws BadFrameException {
        for (byte expected : FrameWriter.PREFIX) {
            require(in.get() == expected, "it does not begin as a frame of Ginkgo does");
        }
        int version = in.get();
        require(
                version == FrameWriter.VERSION,
                "it is of version " + version + ", and this node speaks " + FrameWriter.VERSION);
        int kind = in.get();
        Origin from = origin();
        Origin to = origin();
        Frame.Body body = body(kind, from);
        require(!in.hasRemaining(), "it goes on for " + in.remaining() + " bytes after its end");
        return new Frame(from, to, body);
    }

    private Frame.Body body(int kind, Origin from) throws BadFrameException {
        return switch (kind) {
            case FrameWriter.BEAT -> beat();
            case FrameWriter.MESSAGES -> new Frame.Messages(messages(from));
            case FrameWriter.QUESTION -> new Frame.Question(stretch());
            case FrameWriter.REPLY -> {
                Stretch stretch = stretch();
                long through = in.getLong();
                yield new Frame.Reply(new Answer(stretch, messages(stretch.origin()), through));
            }
            case FrameWriter.ALL_QUESTION -> new Frame.AllQuestion(in.getLong());
            case FrameWriter.ALL_REPLY -> new Frame.AllReply(holdings());
            default -> throw new BadFrameException("its kind is " + kind + ", which this node does not know");
        };
    }

    private Frame.Beat beat() throws BadFrameException {
        long last = in.getLong();
        int hears = in.get();
        require(last >= 0 && (hears == 0 || hears == 1), "its beat is (" + last + ", " + hears + ")");
        Map<Origin, Long> others = new HashMap<>();
        while (in.hasRemaining()) {
            Origin other = origin();
            long theirs = in.getLong();
            boolean fresh = theirs >= 0 && others.put(other, theirs) == null;
            require(fresh && others.size() <= Inbox.MAX_POSITIONS, "it tells too many positions, or a wrong one");
        }
        return new Frame.Beat(last, hears == 1, others);
    }

    private Holdings holdings() throws BadFrameException {
        long after = in.getLong();
        long through = in.getLong();
        Map<Origin, Long> lost = positions();
        List<Holdings.Item> items = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            Origin origin = origin();
            long age = in.getLong();
            List<Holdings.Mark> gone = marks();
            items.add(new Holdings.Item(message(origin), age, gone));
        }
        return new Holdings(after, items, through, lost, flag() ? Optional.of(end()) : Optional.empty());
    }

    private Holdings.End end() throws BadFrameException {
        return new Holdings.End(flag(), positions(), marks());
    }

    private boolean flag() throws BadFrameException {
        int flag = in.get();
        require(flag == 0 || flag == 1, "it says " + flag + " to what is yes or no");
        return flag == 1;
    }

    private Map<Origin, Long> positions() throws BadFrameException {
        Map<Origin, Long> positions = new HashMap<>();
        for (int left = Short.toUnsignedInt(in.getShort()); left > 0; left--) {
            Origin origin = origin();
            long last = in.getLong();
            require(last >= 0 && positions.put(origin, last) == null, "it tells a wrong position");
        }
        return positions;
    }

    private List<Holdings.Mark> marks() {
        List<Holdings.Mark> marks = new ArrayList<>();
        for (int left = in.getInt(); left > 0; left--) {
            marks.add(new Holdings.Mark(in.getLong(), in.getLong(), in.getLong()));
        }
        return marks;
    }

    private List<Envelope> messages(Origin origin) throws BadFrameException {
        List<Envelope> messages = new ArrayList<>();
        while (in.hasRemaining()) {
            messages.add(message(origin));
        }
        return messages;
    }

    private Envelope message(Origin origin) throws BadFrameException {
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
                origin, sequence, previous, channel, (flags & FrameWriter.BINARY) != 0, payload, millis, epoch);
    }

    private Stretch stretch() throws BadFrameException {
        return new Stretch(origin(), in.getLong(), in.getLong());
    }

    private Origin origin() throws BadFrameException {
        return new Origin(text(MAX_NAME), in.getLong());
    }

    private String text(int most) throws BadFrameException {
        byte[] bytes = bytes(Short.toUnsignedInt(in.getShort()), most);
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadFrameException("a text in it is not UTF-8");
        }
    }

    private byte[] bytes(int length, int most) throws BadFrameException {
        require(
                length >= 0 && length <= most && length <= in.remaining(),
                "something in it claims to have " + length + " bytes");
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void require(boolean condition, String otherwise) throws BadFrameException {
        if (!condition) {
            throw new BadFrameException(otherwise);
        }
    }
}
