package dev.ginkgo.hub.framing;

import dev.ginkgo.hub.log.StoredMessage;
import dev.ginkgo.hub.message.Gap;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Messages and control events as JSON objects on one line, identical in every format that uses JSON. An object with the
 * member {@code event} is a control event; one with {@code data} is a message.
 */
final class MessageJson {
    private MessageJson() {}

    /**
     * Writes {@code {"id":"…","data":"…"}}, with {@code "encoding":"base64"} before the data of a binary message.
     *
     * @param alone whether the stream contains only one channel; otherwise {@code "channel"} is included
     */
    static void writeMessage(StoredMessage message, boolean alone, ByteBuf out) {
        JsonObjectWriter json = new JsonObjectWriter(out);
        json.string("id", message.id());
        if (!alone) {
            json.string("channel", message.channel());
        }
        writeData(message, json);
        json.end();
    }

    /** Writes {@code {"type":"message","subscription":"…","channel":"…","id":"…","data":"…"}}. */
    static void writeMessage(StoredMessage message, String subscription, ByteBuf out) {
        JsonObjectWriter json = new JsonObjectWriter(out);
        json.string("type", "message");
        json.string("subscription", subscription);
        json.string("channel", message.channel());
        json.string("id", message.id());
        writeData(message, json);
        json.end();
    }

    private static void writeData(StoredMessage message, JsonObjectWriter json) {
        if (message.isBinary()) {
            json.string("encoding", "base64").base64("data", message.payloadBytes());
        } else {
            json.utf8("data", message.payloadBytes());
        }
    }

    /**
     * Writes a control event as {@code {"type":"gap","subscription":"…","missed":3,"id":"…"}}.
     *
     * @param subscription null if the event concerns the whole connection
     */
    static void writeEvent(ControlEvent event, @Nullable String subscription, ByteBuf out) {
        JsonObjectWriter json = new JsonObjectWriter(out).string("type", event.name());
        if (subscription != null) {
            json.string("subscription", subscription);
        }
        writeMembersAndId(event, json);
    }

    /** Writes a control event: {@code {"event":"gap","missed":3,"id":"…"}}. */
    static void writeEvent(ControlEvent event, ByteBuf out) {
        writeMembersAndId(event, new JsonObjectWriter(out).string("event", event.name()));
    }

    private static void writeMembersAndId(ControlEvent event, JsonObjectWriter json) {
        writeMembers(event, json);
        if (!event.id().isEmpty()) {
            json.string("id", event.id());
        }
        json.end();
    }

    /** Writes the members of an event other than its name and id: {@code {"missed":3}}. */
    static void writeMembers(ControlEvent event, ByteBuf out) {
        JsonObjectWriter json = new JsonObjectWriter(out);
        writeMembers(event, json);
        json.end();
    }

    private static void writeMembers(ControlEvent event, JsonObjectWriter json) {
        switch (event) {
            case ControlEvent.Start start -> json.bool("recovered", start.recovered());
            case ControlEvent.MissedMessages gap -> {
                if (gap.messages() != Gap.UNKNOWN) {
                    json.number("missed", gap.messages());
                }
            }
            case ControlEvent.Rejected rejected ->
                json.string("channel", rejected.channel())
                        .string("code", rejected.code())
                        .string("detail", rejected.detail());
            case ControlEvent.Bye bye -> json.string("reason", bye.reason()).number("retry", bye.retryMillis());
            case ControlEvent.Heartbeat _, ControlEvent.NextPosition _ -> {}
        }
    }
}
