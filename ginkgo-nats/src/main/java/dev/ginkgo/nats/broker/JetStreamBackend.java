package dev.ginkgo.nats.broker;

import dev.ginkgo.hub.spi.BrokerException;
import dev.ginkgo.hub.spi.BrokerException.Reason;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.time.TimeSource;
import io.nats.client.JetStream;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamOptions;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.PublishOptions;
import io.nats.client.api.PublishAck;
import io.nats.client.impl.Headers;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Streams of JetStream. Thread-safe. */
final class JetStreamBackend implements Backend {
    private static final Logger LOG = LoggerFactory.getLogger(JetStreamBackend.class);
    private static final int INSUFFICIENT_RESOURCES = 10023;
    private static final int MESSAGE_TOO_LARGE = 10054;
    private static final int MAXIMUM_MESSAGES = 10077;

    private final BrokerConfig config;
    private final ChannelSubjects subjects;
    private final BrokerListener listener;
    private final PendingAppends pending;
    private final TimeSource time;
    private final TaskSpawner spawner;
    private final WaitQueue changes;
    private final Map<NodeIncarnation, StreamReader> readers = new ConcurrentHashMap<>();

    private final Map<NodeIncarnation, Long> lastAcknowledged = new ConcurrentHashMap<>();

    private final LongAdder receivedBefore = new LongAdder();
    private final LongAdder lostBefore = new LongAdder();

    private volatile @Nullable Connected connected;
    private volatile List<BrokerStream> streams = List.of();

    /** A connection whose streams exist. */
    private record Connected(NatsSession session, JetStream jetStream, List<BrokerStream> streams) {}

    JetStreamBackend(
            BrokerConfig config,
            BrokerListener listener,
            PendingAppends pending,
            TimeSource time,
            TaskSpawner spawner,
            WaitQueue changes) {
        this.config = config;
        this.subjects = new ChannelSubjects(config.prefix(), config.streams());
        this.listener = listener;
        this.pending = pending;
        this.time = time;
        this.spawner = spawner;
        this.changes = changes;
    }

    @Override
    public List<BrokerStream> connected(NatsSession session) throws IOException, JetStreamApiException {
        List<BrokerStream> found = StreamSetup.open(session.connection(), config, time, lastKnown());
        JetStream jetStream = session.connection()
                .jetStream(JetStreamOptions.builder()
                        .requestTimeout(config.timeout())
                        .build());
        List<BrokerStream> before = streams;
        streams = found;
        if (!before.isEmpty()) {
            for (int i = 0; i < found.size(); i++) {
                if (!found.get(i).stream().equals(before.get(i).stream())) {
                    LOG.error(
                            "the stream {} was created again at the NATS servers, and its earlier messages are lost",
                            found.get(i).stream().name());
                    StreamReader earlier = readers.remove(before.get(i).stream());
                    if (earlier != null) {
                        receivedBefore.add(earlier.received());
                        lostBefore.add(earlier.lost());
                    }
                    listener.streamOpened(found.get(i));
                }
            }
        }
        connected = new Connected(session, jetStream, found);
        changes.signal();
        return found;
    }

    /** Returns the last position of each stream that this node has read, or whose message was acknowledged to it. */
    private Map<NodeIncarnation, Long> lastKnown() {
        Map<NodeIncarnation, Long> known = new HashMap<>(lastAcknowledged);
        readers.forEach((stream, reader) -> known.merge(stream, reader.lastPosition(), Math::max));
        return known;
    }

    @Override
    public void disconnected(NatsSession session, String problem) {
        connected = null;
        pending.connectionLost(session, problem);
    }

    @Override
    public void read(NodeIncarnation stream, ReadStart start) {
        StreamReader reader = new StreamReader(stream, start, subjects, listener, time);
        if (readers.putIfAbsent(stream, reader) != null) {
            throw new IllegalStateException(stream + " is being read already");
        }
        spawner.spawn("read-" + stream.name(), () -> readAll(stream, reader));
    }

    /** Reads over one connection after another, until the stream is created again or the service stops. */
    private void readAll(NodeIncarnation stream, StreamReader reader) throws InterruptedException {
        Connected last = null;
        while (readers.containsValue(reader)) {
            Connected previous = last;
            Connected current = changes.await(
                    () -> {
                        Connected now = connected;
                        return now == null || now.equals(previous) ? null : now;
                    },
                    time,
                    WaitQueue.never(time));
            last = current;
            if (current == null || !readers.containsValue(reader)) {
                continue;
            }
            try {
                reader.run(current.session);
            } catch (IOException | JetStreamApiException | JetStreamStatusCheckedException | IllegalStateException e) {
                LOG.debug("reading {} has ended", stream, e);
                current.session.fail("cannot read the stream " + stream.name() + ": " + e.getMessage());
            }
        }
    }

    @Override
    public CompletableFuture<BrokerPosition> append(BrokerMessage message) {
        Connected current = connected;
        if (current == null || !current.session.isOpen()) {
            pending.rejected();
            return CompletableFuture.failedFuture(
                    new BrokerException(Reason.UNAVAILABLE, "there is no connection to NATS; retry later"));
        }
        int number = subjects.stream(message.channel());
        NodeIncarnation stream = current.streams.get(number).stream();
        Headers headers = MessageHeaders.encode(message, 0, stream.name());
        long size = (long) message.payload().length + headers.serializedLength();
        if (size > current.session.connection().getMaxPayload()) {
            pending.rejected();
            return CompletableFuture.failedFuture(new BrokerException(
                    Reason.TOO_LARGE,
                    "the message has " + size + " bytes with its headers; the NATS server accepts "
                            + current.session.connection().getMaxPayload() + " (max_payload in its configuration)"));
        }
        PendingAppends.Pending added;
        try {
            added = pending.add(current.session, message.payload().length);
        } catch (BrokerException e) {
            return CompletableFuture.failedFuture(e);
        }
        try {
            CompletableFuture<?> _ = current.jetStream
                    .publishAsync(
                            subjects.subject(message.channel()),
                            headers,
                            message.payload(),
                            PublishOptions.builder()
                                    .expectedStream(stream.name())
                                    .build())
                    .whenComplete((ack, error) -> completed(added, stream, ack, error));
        } catch (IllegalStateException e) { // closed before it was sent
            added.fail(new BrokerException(Reason.UNAVAILABLE, "there is no connection to NATS; retry later", e));
        } catch (IllegalArgumentException e) {
            added.fail(new BrokerException(Reason.TOO_LARGE, "NATS does not accept the message: " + e.getMessage(), e));
        }
        return added.result();
    }

    private void completed(
            PendingAppends.Pending added, NodeIncarnation stream, @Nullable PublishAck ack, @Nullable Throwable error) {
        if (ack != null) {
            lastAcknowledged.merge(stream, ack.getSeqno(), Math::max);
            added.succeed(new BrokerPosition(stream, ack.getSeqno()));
            return;
        }
        Throwable root = error;
        while (root != null && root.getCause() != null) {
            root = root.getCause();
        }
        added.fail(failure(root));
    }

    private static BrokerException failure(@Nullable Throwable error) {
        if (error instanceof JetStreamApiException e) {
            Reason reason = switch (e.getApiErrorCode()) {
                case INSUFFICIENT_RESOURCES, MAXIMUM_MESSAGES -> Reason.FULL;
                case MESSAGE_TOO_LARGE -> Reason.TOO_LARGE;
                default -> Reason.UNAVAILABLE;
            };
            return new BrokerException(reason, "NATS rejects the message: " + e.getMessage(), e);
        }
        String message = String.valueOf(error == null ? null : error.getMessage());
        if (message.contains("503")) {
            return new BrokerException(Reason.UNAVAILABLE, "no NATS server stores the stream at present; retry later");
        }
        return new BrokerException(Reason.UNKNOWN_OUTCOME, "NATS has not confirmed the message: " + message, error);
    }

    @Override
    public long received() {
        return receivedBefore.sum()
                + readers.values().stream().mapToLong(StreamReader::received).sum();
    }

    @Override
    public long lost() {
        return lostBefore.sum()
                + readers.values().stream().mapToLong(StreamReader::lost).sum();
    }
}
