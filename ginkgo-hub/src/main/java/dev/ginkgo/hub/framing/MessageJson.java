package dev.ginkgo.hub.framing;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.Gap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;

/**
 * Messages and control events as JSON, on one line, the same in every framing that uses it. What has a member {@code
 * event} is a control event, what has {@code data} is a message.
 */
final class MessageJson {
    private static final JsonFactory FACTORY = new JsonFactory();

    @FunctionalInterface
    private interface Members {
        void write(JsonGenerator json) throws IOException;
    }

    private MessageJson() {}

    /**
     * {@code {"id":"…","data":"…"}}, with {@code "encoding":"base64"} before the data if it was bytes.
     *
     * @param alone whether it can be of one channel only; else {@code "channel"} says of which
     */
    static void message(StoredMessage message, boolean alone, ByteBuf out) {
        object(out, json -> {
            byte[] bytes = message.shared();
            json.writeStringField("id", message.id());
            if (!alone) {
                json.writeStringField("channel", message.channel());
            }
            if (message.isBinary()) {
                json.writeStringField("encoding", "base64");
                json.writeFieldName("data");
                json.writeBinary(bytes);
            } else {
                json.writeFieldName("data");
                json.writeUTF8String(bytes, 0, bytes.length);
            }
        });
    }

    /** {@code {"event":"gap","missed":3,"id":"…"}}. */
    static void event(ControlEvent event, ByteBuf out) {
        object(out, json -> {
            json.writeStringField("event", event.name());
            members(event, json);
            if (!event.id().isEmpty()) {
                json.writeStringField("id", event.id());
            }
        });
    }

    /** What the event says besides its name and its id: {@code {"missed":3}}. */
    static void members(ControlEvent event, ByteBuf out) {
        object(out, json -> members(event, json));
    }

    private static void members(ControlEvent event, JsonGenerator json) throws IOException {
        switch (event) {
            case ControlEvent.Start start -> json.writeBooleanField("recovered", start.recovered());
            case ControlEvent.MissedMessages gap -> {
                if (gap.messages() != Gap.UNKNOWN) {
                    json.writeNumberField("missed", gap.messages());
                }
            }
            case ControlEvent.Rejected refused -> {
                json.writeStringField("channel", refused.channel());
                json.writeStringField("code", refused.code());
                json.writeStringField("detail", refused.detail());
            }
            case ControlEvent.Bye bye -> {
                json.writeStringField("reason", bye.reason());
                json.writeNumberField("retry", bye.retryMillis());
            }
            case ControlEvent.Heartbeat heartbeat -> {}
            case ControlEvent.NextPosition next -> {}
        }
    }

    private static void object(ByteBuf out, Members members) {
        try (OutputStream bytes = new ByteBufOutputStream(out);
                JsonGenerator json = FACTORY.createGenerator(bytes)) {
            json.writeStartObject();
            members.write(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a buffer refused to be written", e);
        }
    }
}
