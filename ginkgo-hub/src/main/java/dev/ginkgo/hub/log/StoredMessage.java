package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.MessageId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** A message in a store, with its place among those of its own and of other origins. It does not change. */
public final class StoredMessage implements Message {
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
    public StoredMessage(
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

    @Override
    public String channel() {
        return channel;
    }

    @Override
    public String id() {
        return vector().text();
    }

    MessageId vector() {
        return MessageId.of(position, others);
    }

    /** The same message for a reader who has had that too; as it is if there is no room in an id. */
    StoredMessage withMerged(MessageId had) {
        MessageId both = vector().merge(had);
        if (both.text().length() > MessageId.MAX_LENGTH) {
            return this;
        }
        List<MessageId.Position> more = both.positions().stream()
                .filter(each -> each.origin() != position.origin())
                .toList();
        return new StoredMessage(channel, position, more, time, payload);
    }

    /** The id of a place just before it. */
    public String idBefore() {
        return MessageId.of(position.before(), others).text();
    }

    MessageId.Position position() {
        return position;
    }

    @Override
    public Instant time() {
        return time;
    }

    @Override
    public boolean isBinary() {
        return payload.binary();
    }

    @Override
    public String text() {
        return new String(payload.bytes(), StandardCharsets.UTF_8);
    }

    @Override
    public byte[] bytes() {
        return payload.bytes().clone();
    }

    /** The bytes themselves, not to be changed. */
    public byte[] payloadBytes() {
        return payload.bytes();
    }

    /** For people. */
    @Override
    public String toString() {
        return channel + " " + id() + " (" + payload.bytes().length + " bytes)";
    }
}
