package dev.ginkgo.nats.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import dev.ginkgo.time.TimeSource;
import io.nats.client.ConsumeOptions;
import io.nats.client.IterableConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.StreamContext;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.impl.NatsJetStreamMetaData;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reader of one stream: reports each position once, as received or lost, over any number of connections. {@link #run} is called
 * by one task; the counters may be read by any thread.
 */
final class StreamReader {
    private static final Logger LOG = LoggerFactory.getLogger(StreamReader.class);

    /**
     * How long a request for messages lasts. The server sends two heartbeats in this time; if they are missing, as when the
     * server that has the consumer is dead, the client creates another consumer.
     */
    private static final long REQUEST_MILLIS = 3_000;

    /** Messages requested at once; a slow hub has no more of them in memory. */
    private static final ConsumeOptions BATCHES = ConsumeOptions.builder()
            .batchSize(500)
            .thresholdPercent(50)
            .expiresIn(REQUEST_MILLIS)
            .build();

    /** Only so that the end of the connection is noticed. */
    private static final Duration POLL = Duration.ofSeconds(1);

    /** Returned earlier than that without a message, the client has no subscription and does not wait. */
    private static final Duration MIN_WAIT = POLL.dividedBy(2);

    private static final int CREATE_ATTEMPTS = 4;

    /** Pauses between consumers that have ended without a message. */
    private static final Duration MIN_PAUSE = Duration.ofMillis(50);

    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);

    private final TimeSource time;
    private final NodeIncarnation stream;
    private final ReadStart start;
    private final ChannelSubjects subjects;
    private final BrokerListener listener;
    private final LongAdder received = new LongAdder();
    private final LongAdder lost = new LongAdder();

    /** Creates consumers. */
    interface Consumers {
        /** Creates a consumer of the messages from a position on. */
        IterableConsumer create(long start) throws IOException, JetStreamApiException;
    }

    /** The connection over which a stream is read. */
    interface ReadSession {
        boolean isOpen();

        /** Ends the connection because it does not work. */
        void fail(String reason);
    }

    /** Search of the position at which to start. */
    interface Search {
        long find(ReadStart.Tail tail)
                throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException;
    }

    /** Whether the start is determined; what was lost before it is not counted. Confined to the task. */
    private boolean started;

    /** The next position to report; 0 if the start is not determined yet. Written by the task. */
    private volatile long next;

    StreamReader(
            NodeIncarnation stream,
            ReadStart start,
            ChannelSubjects subjects,
            BrokerListener listener,
            TimeSource time) {
        this.time = time;
        this.stream = stream;
        this.start = start;
        this.subjects = subjects;
        this.listener = listener;
    }

    long received() {
        return received.sum();
    }

    long lost() {
        return lost.sum();
    }

    /** Returns the last position that was reported; 0 if there is none. */
    long lastPosition() {
        return Math.max(0, next - 1);
    }

    /** Reads until the connection ends, or the stream is another one. */
    void run(NatsSession session)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        StreamContext context = session.connection().getStreamContext(stream.name());
        BrokerStream state = StreamSetup.state(context.getStreamInfo());
        if (!state.stream().equals(stream)) {
            // It was created again, or another node has continued it as the next incarnation: this is found on
            // connecting
            session.fail("the stream " + stream.name() + " continues as another one");
            return;
        }
        begin(state, tail -> new TailSearch(context, state).find(tail));
        consumeAll(
                session,
                position -> context.createOrderedConsumer(new OrderedConsumerConfiguration()
                                .deliverPolicy(DeliverPolicy.ByStartSequence)
                                .startSequence(position))
                        .iterate(BATCHES));
    }

    /**
     * Reads with one consumer after another, until the connection ends. If the server accepts consumers but ends them at once, the
     * pauses between them become longer.
     */
    void consumeAll(ReadSession session, Consumers consumers)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        BackoffSequence backoff = BackoffSequence.shortenedByUpToHalf(ThreadLocalRandom.current());
        WakeableTimer timer = new WakeableTimer(time);
        while (session.isOpen()) {
            long before = next;
            consume(session, consumers);
            if (next > before) {
                backoff.reset();
            } else if (session.isOpen()) {
                timer.await(backoff.next(MIN_PAUSE, MAX_PAUSE));
            }
        }
    }

    /** Reads with one consumer, until the connection or the consumer ends. */
    private void consume(ReadSession session, Consumers consumers)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        try (OpenConsumer<IterableConsumer> open = new OpenConsumer<>(createConsumer(session, consumers))) {
            while (session.isOpen()) {
                long begin = time.nanos();
                Message message = open.consumer().nextMessage(POLL);
                if (message != null) {
                    report(session, message);
                } else if (time.nanos() - begin < MIN_WAIT.toNanos()) {
                    return; // the server that had the consumer is lost, or has sent no heartbeats
                }
            }
        }
    }

    /**
     * Creates a consumer. For some time a server that was lost may still be selected for it, which does not answer; another
     * attempt may select another one.
     */
    private IterableConsumer createConsumer(ReadSession session, Consumers consumers)
            throws IOException, JetStreamApiException {
        for (int attempt = 1; true; attempt++) {
            try {
                return consumers.create(next);
            } catch (IOException e) {
                if (attempt == CREATE_ATTEMPTS || !session.isOpen()) {
                    throw e;
                }
                LOG.debug("attempt {} to create a consumer of {}", attempt, stream, e);
            }
        }
    }

    /** Determines the start, or what was lost since the last connection. */
    void begin(BrokerStream state, Search search)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        if (next == 0) {
            // The search may fail, and is then repeated over the next connection
            long first = start instanceof ReadStart.Tail tail ? search.find(tail) : state.first();
            next = start instanceof ReadStart.After after ? after.sequence() + 1 : 1;
            reportLostUntil(first);
            started = true;
        } else {
            reportLostUntil(state.first());
        }
    }

    private void report(ReadSession session, Message message) {
        NatsJetStreamMetaData metaData = message.metaData();
        long sequence = metaData.streamSequence();
        if (sequence < next) {
            return; // sent again by the server
        }
        reportLostUntil(sequence);
        if (message.getSubject().endsWith("." + StreamSetup.MARKER)) {
            skip(sequence);
            if (isMarkerOfALaterIncarnation(new String(message.getData(), UTF_8))) {
                session.fail("the stream " + stream.name() + " has lost messages and continues as another one");
            }
            return;
        }
        MessageHeaders.Received decoded;
        try {
            decoded = MessageHeaders.decode(subjects, message, stream.name());
        } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
            LOG.warn("message {} of the stream {} is not one of a hub: {}", sequence, stream, e.getMessage());
            skip(sequence);
            return;
        }
        next = sequence + 1;
        received.increment();
        listener.received(
                new BrokerPosition(stream, sequence),
                metaData.timestamp().toInstant().toEpochMilli(),
                decoded.message());
    }

    private void skip(long sequence) {
        lost.increment();
        next = sequence + 1;
        listener.skipped(new BrokerPosition(stream, sequence));
    }

    private boolean isMarkerOfALaterIncarnation(String text) {
        try {
            return Long.parseLong(text) > stream.incarnation();
        } catch (NumberFormatException _) { // of another program
            return false;
        }
    }

    /** Reports the positions before {@code end} as lost that are not reported yet. */
    private void reportLostUntil(long end) {
        if (end > next) {
            SequenceRange range = new SequenceRange(stream, next, end - 1);
            lost.add(started ? end - next : 0);
            next = end;
            listener.lost(range);
        }
    }
}
