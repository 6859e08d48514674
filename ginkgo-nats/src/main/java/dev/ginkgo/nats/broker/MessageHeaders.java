package dev.ginkgo.nats.broker;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.IdempotencyKey;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.nats.client.NameTokens;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message of a hub as one of NATS: the payload is the payload, the channel is the subject, and all else is in one header, so that
 * other NATS clients can read the messages.
 *
 * <pre>
 * Ginkgo: 1 10=2E0=2E0=2E1=3A4440 1763942400000 17 text 1763942401234 0
 * Ginkgo: 1 SENDER INCARNATION NUMBER text|bytes MILLIS CLIENT [epoch=NUMBER,CLUSTER] [key=KEY,DIGEST,CLIENT]
 *     [sent=N] [read=POSITION,INCARNATION]
 * </pre>
 */
final class MessageHeaders {
    private static final String HEADER = "Ginkgo";

    /** Header by which JetStream recognizes that a message is sent again. */
    static final String MESSAGE_ID = "Nats-Msg-Id";

    private static final String VERSION = "1";
    private static final Pattern SPACE = Pattern.compile(" ");
    private static final Pattern COMMA = Pattern.compile(",");
    private static final int FIXED_FIELDS = 7;

    private MessageHeaders() {}

    /**
     * Returns the headers of a message.
     *
     * @param sent number among the messages that the sender has sent; 0 if they are not counted
     * @param stream name of the stream in which it is stored; null if in none
     */
    static Headers encode(BrokerMessage message, long sent, @Nullable String stream) {
        StringBuilder text = new StringBuilder(VERSION)
                .append(' ')
                .append(NameTokens.encode(message.sender().name()))
                .append(' ')
                .append(message.sender().incarnation())
                .append(' ')
                .append(message.number())
                .append(message.binary() ? " bytes " : " text ")
                .append(message.publishedMillis())
                .append(' ')
                .append(message.client());
        message.epoch()
                .ifPresent(epoch -> text.append(" epoch=")
                        .append(epoch.number())
                        .append(',')
                        .append(NameTokens.encode(epoch.cluster())));
        message.key()
                .ifPresent(key -> text.append(" key=")
                        .append(NameTokens.encode(key.text()))
                        .append(',')
                        .append(NameTokens.encode(key.requestDigest()))
                        .append(',')
                        .append(key.client()));
        if (sent > 0) {
            text.append(" sent=").append(sent);
        }
        message.read().forEach((each, position) -> {
            if (each.name().equals(stream)) {
                text.append(" read=").append(position).append(',').append(each.incarnation());
            }
        });
        Headers headers = new Headers().put(HEADER, text.toString());
        message.key()
                .ifPresent(key -> headers.put(
                        MESSAGE_ID, NameTokens.encode(key.requestDigest()) + "." + NameTokens.encode(key.text())));
        return headers;
    }

    /** A message as it was received, with its number among those that its sender has sent. */
    record Received(BrokerMessage message, long sent) {}

    /**
     * Decodes a message.
     *
     * @param stream name of the stream in which it is stored; empty if in none
     * @throws IllegalArgumentException if no hub has sent it
     */
    static Received decode(ChannelSubjects subjects, Message message, String stream) {
        String header = message.hasHeaders() ? message.getHeaders().getFirst(HEADER) : null;
        return decode(subjects.channel(message.getSubject()), header, message.getData(), stream);
    }

    private static Received decode(String channel, @Nullable String header, byte[] payload, String stream) {
        if (header == null) {
            throw new IllegalArgumentException("it has no header " + HEADER);
        }
        String[] fields = SPACE.split(header, -1);
        if (fields.length < FIXED_FIELDS || !fields[0].equals(VERSION)) {
            throw new IllegalArgumentException("its header " + HEADER + " has another version: " + header);
        }
        Optional<Epoch> epoch = Optional.empty();
        Optional<IdempotencyKey> key = Optional.empty();
        long sent = 0;
        Map<NodeIncarnation, Long> read = Map.of();
        for (int i = FIXED_FIELDS; i < fields.length; i++) {
            int equals = fields[i].indexOf('=');
            String[] parts = COMMA.split(fields[i].substring(equals + 1), -1);
            switch (fields[i].substring(0, Math.max(equals, 0))) {
                case "epoch" -> epoch = Optional.of(new Epoch(NameTokens.decode(parts[1]), Long.parseLong(parts[0])));
                case "key" ->
                    key = Optional.of(new IdempotencyKey(
                            NameTokens.decode(parts[0]), NameTokens.decode(parts[1]), Long.parseLong(parts[2])));
                case "sent" -> sent = Long.parseLong(parts[0]);
                case "read" ->
                    read = Map.of(new NodeIncarnation(stream, Long.parseLong(parts[1])), Long.parseLong(parts[0]));
                default -> {} // of a later version
            }
        }
        BrokerMessage message = new BrokerMessage(
                new NodeIncarnation(NameTokens.decode(fields[1]), Long.parseLong(fields[2])),
                Long.parseLong(fields[3]),
                channel,
                fields[4].equals("bytes"),
                payload,
                Long.parseLong(fields[5]),
                epoch,
                key,
                Long.parseLong(fields[6]));
        return new Received(message.withRead(read), sent);
    }
}
