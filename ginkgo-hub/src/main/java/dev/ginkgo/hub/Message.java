package dev.ginkgo.hub;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** A message as its readers see it. It does not change. */
public final class Message {
    private final String channel;
    private final MessageId.Position position;
    private final List<MessageId.Position> others;
    private final Instant time;
    private final Payload payload;

    /**
     * Makes a message.
     *
     * @param others what had come from other origins before it
     */
    Message(
            String channel,
            MessageId.Position position,
            List<MessageId.Position> others,
            Instant time,
            Payload payload) {
        this.channel = channel;
        this.position = position;
        this.others = others;
        this.time = time;
        this.payload = payload;
    }

    /** The name of its channel. */
    public String channel() {
        return channel;
    }

    /**
     * Its id: one of its own, never used again, and the same for all readers of this node. Who reads on after it, here
     * or at another node, misses nothing.
     */
    public String id() {
        return vector().text();
    }

    MessageId vector() {
        return MessageId.of(position, others);
    }

    /** The same message for a reader who has had that too; as it is if there is no room in an id. */
    Message after(MessageId had) {
        MessageId both = vector().and(had);
        if (both.text().length() > MessageId.MAX_TEXT) {
            return this;
        }
        List<MessageId.Position> more = both.positions().stream()
                .filter(each -> each.origin() != position.origin())
                .toList();
        return new Message(channel, position, more, time, payload);
    }

    /** The id of a place just before it. */
    String idBefore() {
        return MessageId.of(position.before(), others).text();
    }

    MessageId.Position position() {
        return position;
    }

    /** When it was published, by the clock of the node that took it. */
    public Instant time() {
        return time;
    }

    /** Whether it was published as bytes, which may be no text. */
    public boolean isBinary() {
        return payload.binary();
    }

    /** What was published. Of bytes that are no UTF-8, the bad ones are replaced by U+FFFD; see {@link #bytes()}. */
    public String text() {
        return new String(payload.bytes(), StandardCharsets.UTF_8);
    }

    /** What was published, a text as UTF-8. The array is the caller's own. */
    public byte[] bytes() {
        return payload.bytes().clone();
    }

    /** The bytes themselves, not to be changed. */
    byte[] shared() {
        return payload.bytes();
    }

    /** For people. */
    @Override
    public String toString() {
        return channel + " " + id() + " (" + payload.bytes().length + " bytes)";
    }
}
