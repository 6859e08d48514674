package dev.ginkgo.hub.framing;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.Gap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * Messages and control events as JSON objects on one line, identical in every format that uses JSON. An object with the
 * member {@code event} is a control event; one with {@code data} is a message. Characters that Unicode defines as line
 * ends are escaped, because many clients split lines there.
 */
final class MessageJson {
    private static final JsonFactory FACTORY =
            new JsonFactoryBuilder().characterEscapes(new LineEndEscapes()).build();

    @FunctionalInterface
    private interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private MessageJson() {}

    /**
     * Writes {@code {"id":"…","data":"…"}}, with {@code "encoding":"base64"} before the data of a binary message.
     *
     * @param alone whether the stream contains only one channel; otherwise {@code "channel"} is included
     */
    static void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        writeObject(out, json -> {
            json.writeStringField("id", message.id());
            if (!alone) {
                json.writeStringField("channel", message.channel());
            }
            writeData(message, json);
        });
    }

    /** Writes {@code {"type":"message","subscription":"…","channel":"…","id":"…","data":"…"}}. */
    static void writeMessage(StoredMessage message, String subscription, ByteBuf out) {
        writeObject(out, json -> {
            json.writeStringField("type", "message");
            json.writeStringField("subscription", subscription);
            json.writeStringField("channel", message.channel());
            json.writeStringField("id", message.id());
            writeData(message, json);
        });
    }

    private static void writeData(StoredMessage message, JsonGenerator json) throws IOException {
        byte[] bytes = message.payloadBytes();
        if (message.isBinary()) {
            json.writeStringField("encoding", "base64");
            json.writeFieldName("data");
            json.writeBinary(bytes);
        } else {
            json.writeFieldName("data");
            if (UnicodeLineEnds.isPresent(bytes)) {
                json.writeString(new String(bytes, UTF_8)); // writeUTF8String escapes ASCII characters only
            } else {
                json.writeUTF8String(bytes, 0, bytes.length);
            }
        }
    }

    /**
     * Writes a control event as {@code {"type":"gap","subscription":"…","missed":3,"id":"…"}}.
     *
     * @param subscription null if the event concerns the whole connection
     */
    static void writeEvent(ControlEvent event, @Nullable String subscription, ByteBuf out) {
        writeObject(out, json -> {
            json.writeStringField("type", event.name());
            if (subscription != null) {
                json.writeStringField("subscription", subscription);
            }
            writeMembers(event, json);
            if (!event.id().isEmpty()) {
                json.writeStringField("id", event.id());
            }
        });
    }

    /** Writes a control event: {@code {"event":"gap","missed":3,"id":"…"}}. */
    static void writeEvent(ControlEvent event, ByteBuf out) {
        writeObject(out, json -> {
            json.writeStringField("event", event.name());
            writeMembers(event, json);
            if (!event.id().isEmpty()) {
                json.writeStringField("id", event.id());
            }
        });
    }

    /** Writes the members of an event other than its name and id: {@code {"missed":3}}. */
    static void writeMembers(ControlEvent event, ByteBuf out) {
        writeObject(out, json -> writeMembers(event, json));
    }

    private static void writeMembers(ControlEvent event, JsonGenerator json) throws IOException {
        switch (event) {
            case ControlEvent.Start start -> json.writeBooleanField("recovered", start.recovered());
            case ControlEvent.MissedMessages gap -> {
                if (gap.messages() != Gap.UNKNOWN) {
                    json.writeNumberField("missed", gap.messages());
                }
            }
            case ControlEvent.Rejected rejected -> {
                json.writeStringField("channel", rejected.channel());
                json.writeStringField("code", rejected.code());
                json.writeStringField("detail", rejected.detail());
            }
            case ControlEvent.Bye bye -> {
                json.writeStringField("reason", bye.reason());
                json.writeNumberField("retry", bye.retryMillis());
            }
            case ControlEvent.Heartbeat heartbeat -> {}
            case ControlEvent.NextPosition nextPosition -> {}
        }
    }

    private static void writeObject(ByteBuf out, Members members) {
        try (OutputStream bytes = new ByteBufOutputStream(out);
                JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to a buffer", e);
        }
    }
}
