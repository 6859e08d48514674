package dev.ginkgo.nats.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.hub.spi.BrokerException.Reason;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.nats.client.NameTokens;
import dev.ginkgo.time.TimeSource;
import io.nats.client.Message;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages without JetStream: the servers store nothing. This hub numbers the messages in their order of arrival. Each sender numbers
 * its messages, and repeats the last number in a heartbeat, so that missing ones are detected. Thread-safe.
 */
final class CoreBackend implements Backend {
    static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(CoreBackend.class);

    /** Not a token that a segment of a channel has. */
    private static final String HEARTBEAT = "=heartbeat";

    private static final Pattern SPACE = Pattern.compile(" ");

    private final BrokerConfig config;
    private final NodeIncarnation self;
    private final ChannelSubjects subjects;
    private final BrokerListener listener;
    private final PendingAppends pending;
    private final TimeSource time;
    private final Map<Long, PendingAppends.Pending> pendingByNumber = new ConcurrentHashMap<>();
    private final Object sending = new Object();
    private final Object receiving = new Object();

    private volatile @Nullable NatsSession current;
    private volatile boolean reading;
    private final LongAdder received = new LongAdder();
    private final LongAdder lost = new LongAdder();

    private long lastSent; // guarded by sending

    // guarded by receiving
    private final SenderSequences senders;
    private long next = 1;

    /** @param previous the one of an earlier run of the hub, whose numbers continue in the same incarnation of the node */
    CoreBackend(
            BrokerConfig config,
            NodeIncarnation self,
            BrokerListener listener,
            PendingAppends pending,
            TimeSource time,
            @Nullable CoreBackend previous) {
        this.config = config;
        this.self = self;
        this.subjects = new ChannelSubjects(config.prefix(), config.streams());
        this.listener = listener;
        this.pending = pending;
        this.time = time;
        this.senders = new SenderSequences(time);
        if (previous != null && previous.self.equals(self)) {
            lastSent = previous.lastSent();
            next = previous.next() + 1; // skips one: messages may have been missed
        }
    }

    private long lastSent() {
        synchronized (sending) {
            return lastSent;
        }
    }

    private long next() {
        synchronized (receiving) {
            return next;
        }
    }

    @Override
    public List<BrokerStream> connected(NatsSession session) throws IOException, InterruptedException {
        session.connection().createDispatcher(this::received).subscribe(config.prefix() + ".>");
        try {
            session.connection().flush(config.timeout()); // the server has the subscription
        } catch (TimeoutException e) {
            throw new IOException(
                    "NATS does not answer a ping within " + config.timeout().toMillis() + " ms", e);
        }
        current = session;
        synchronized (receiving) {
            return List.of(new BrokerStream(self, next, next - 1));
        }
    }

    @Override
    public void disconnected(NatsSession session, String problem) {
        current = null;
        pending.connectionLost(session, problem);
    }

    @Override
    public void read(NodeIncarnation stream, ReadStart start) {
        synchronized (receiving) {
            long from = start instanceof ReadStart.After after ? after.sequence() + 1 : 1;
            if (from < next) {
                listener.lost(new SequenceRange(stream, from, next - 1));
            }
            next = Math.max(next, from);
        }
        reading = true;
    }

    private void received(Message message) {
        if (!reading) {
            return;
        }
        MessageHeaders.Received input = null;
        Heartbeat heartbeat = null;
        try {
            if (message.getSubject().endsWith(HEARTBEAT)) {
                heartbeat = Heartbeat.parse(new String(message.getData(), UTF_8));
            } else {
                input = MessageHeaders.decode(subjects, message, "");
            }
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            LOG.warn("ignored a message on {} that is not one of a hub: {}", message.getSubject(), e.getMessage());
            return;
        }
        BrokerPosition position = null;
        synchronized (receiving) {
            if (heartbeat != null) {
                reportLost(senders.heartbeat(heartbeat.sender, heartbeat.lastSent));
            } else if (input != null) {
                position = receive(input);
            }
        }
        if (position != null && input != null && input.message().sender().equals(self)) {
            PendingAppends.Pending own = pendingByNumber.remove(input.sent());
            if (own != null) {
                own.succeed(position); // without the lock: it runs code of the hub
            }
        }
    }

    /** Passes a message to the hub; returns its position, or null if it was received before. */
    private @Nullable BrokerPosition receive(MessageHeaders.Received input) {
        long missing = senders.received(input.message().sender(), input.sent());
        if (missing < 0) {
            return null;
        }
        reportLost(missing);
        BrokerPosition position = new BrokerPosition(self, next++);
        received.increment();
        listener.received(position, time.now().toEpochMilli(), input.message());
        return position;
    }

    private record Heartbeat(NodeIncarnation sender, long lastSent) {
        static Heartbeat parse(String text) {
            String[] fields = SPACE.split(text, -1);
            return new Heartbeat(
                    new NodeIncarnation(NameTokens.decode(fields[0]), Long.parseLong(fields[1])),
                    Long.parseLong(fields[2]));
        }
    }

    private void reportLost(long count) {
        if (count > 0) {
            SequenceRange range = new SequenceRange(self, next, next + count - 1);
            next += count;
            lost.add(count);
            listener.lost(range);
        }
    }

    /** Publishes the number of the last message. */
    void heartbeat() {
        NatsSession session = current;
        if (session == null || !session.isOpen()) {
            return;
        }
        synchronized (sending) {
            if (lastSent > 0) {
                String text = NameTokens.encode(self.name()) + " " + self.incarnation() + " " + lastSent;
                try {
                    session.connection().publish(config.prefix() + "." + HEARTBEAT, text.getBytes(UTF_8));
                } catch (IllegalStateException e) {
                    LOG.debug("no heartbeat, because the connection is closed", e);
                }
            }
        }
    }

    @Override
    public CompletableFuture<BrokerPosition> append(BrokerMessage message) {
        NatsSession session = current;
        if (session == null || !session.isOpen()) {
            pending.rejected();
            return CompletableFuture.failedFuture(
                    new BrokerException(Reason.UNAVAILABLE, "there is no connection to NATS; retry later"));
        }
        PendingAppends.Pending added;
        try {
            added = pending.add(session, message.payload().length);
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(e);
        }
        synchronized (sending) {
            long number = lastSent + 1;
            Headers headers = MessageHeaders.encode(message, number, null);
            long size = (long) message.payload().length + headers.serializedLength();
            if (size > session.connection().getMaxPayload()) {
                added.fail(new BrokerException(
                        Reason.TOO_LARGE,
                        "the message has " + size + " bytes with its headers; the NATS server accepts "
                                + session.connection().getMaxPayload() + " (max_payload in its configuration)"));
                return added.result();
            }
            pendingByNumber.put(number, added);
            CompletableFuture<?> _ = added.result().whenComplete((_, _) -> pendingByNumber.remove(number, added));
            try {
                // The queue of the client is longer than the number of messages in flight, so this does not block.
                session.connection().publish(subjects.subject(message.channel()), headers, message.payload());
                lastSent = number;
            } catch (IllegalStateException e) {
                added.fail(new BrokerException(Reason.UNAVAILABLE, "there is no connection to NATS; retry later", e));
            }
        }
        return added.result();
    }

    @Override
    public long received() {
        return received.sum();
    }

    @Override
    public long lost() {
        return lost.sum();
    }
}
