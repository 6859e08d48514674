package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.MessageId;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A message in a store, with its position in the version vector. Immutable. */
public final class StoredMessage implements Message {
    /** Memory of an id with one position: a text of about 16 characters. */
    private static final int ID_BYTES = 56;

    private static final int ID_BYTES_PER_ORIGIN = 16;

    private final String channel;
    private final MessageId.Position position;
    private final List<MessageId.Position> others;
    private final Instant time;
    private final Payload payload;

    /** The id, built when it is asked for first. Threads that do so at the same time build equal ones. */
    private @Nullable String id;

    /**
     * Creates a message.
     *
     * @param others the positions of the other origins when the message arrived, in ascending order of origins
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
        String known = id;
        if (known == null) {
            known = MessageId.text(position, others);
            id = known;
        }
        return known;
    }

    /** Returns the estimated memory of the id, in bytes. */
    int idBytes() {
        return ID_BYTES + ID_BYTES_PER_ORIGIN * others.size();
    }

    MessageId vector() {
        return MessageId.of(position, others);
    }

    /** Returns this message with an id merged with another position; unchanged if the id would become too long. */
    StoredMessage withMerged(MessageId other) {
        MessageId merged = vector().merge(other);
        if (merged.text().length() > MessageId.MAX_LENGTH) {
            return this;
        }
        List<MessageId.Position> mergedOthers = merged.positions().stream()
                .filter(each -> each.origin() != position.origin())
                .toList();
        return new StoredMessage(channel, position, mergedOthers, time, payload);
    }

    /** Returns the id of the position just before this message. */
    public String idBefore() {
        return MessageId.text(position.before(), others);
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

    /** Returns the payload itself, which must not be changed. */
    public byte[] payloadBytes() {
        return payload.bytes();
    }

    @Override
    public String toString() {
        return channel + " " + id() + " (" + payload.bytes().length + " bytes)";
    }
}
