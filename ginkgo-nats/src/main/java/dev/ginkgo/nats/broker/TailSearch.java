package dev.ginkgo.nats.broker;

import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.ReadStart;
import io.nats.client.FetchConsumeOptions;
import io.nats.client.FetchConsumer;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamStatusCheckedException;
import io.nats.client.Message;
import io.nats.client.OrderedConsumerContext;
import io.nats.client.StreamContext;
import io.nats.client.api.DeliverPolicy;
import io.nats.client.api.OrderedConsumerConfiguration;
import io.nats.client.api.StreamInfo;
import java.io.IOException;
import java.time.ZonedDateTime;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Searches the first message of a stream that a hub would retain. The server can find a message by its time, but not by the
 * size of what follows it. So the headers of the last messages are read, which contain the sizes: of twice as many as the mean
 * size suggests, and again twice as many as long as they are not enough.
 */
final class TailSearch {
    private static final String SIZE = "Nats-Msg-Size";
    private static final int FETCH = 1_000;
    private static final long EXPIRES_MILLIS = 2_000;

    private final StreamContext context;
    private final BrokerStream state;

    /** @param state the state of the stream, after which messages may have been appended */
    TailSearch(StreamContext context, BrokerStream state) {
        this.context = context;
        this.state = state;
    }

    private record Size(long sequence, long bytes) {}

    /** Returns the position at which to start; {@code last + 1} if no message is young enough. */
    long find(ReadStart.Tail tail)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        StreamInfo info = context.getStreamInfo();
        ZonedDateTime first = info.getStreamState().getFirstTime();
        ZonedDateTime now = info.getTimestamp(); // of the server

        long start = state.first();
        if (start > state.last()) {
            return start;
        }

        if (now != null && first != null && first.isBefore(now.minus(tail.maxAge()))) {
            start = firstSince(now.minus(tail.maxAge()));
        }
        if (start > state.last() || info.getStreamState().getByteCount() <= tail.maxBytes()) {
            return start;
        }
        long messages = info.getStreamState().getMsgCount();
        long bytes = Math.max(1, info.getStreamState().getByteCount());
        long wanted = Math.max(FETCH, (long) (2.0 * messages * tail.maxBytes() / bytes));
        while (true) {
            long from = Math.max(start, state.last() - wanted + 1);
            long found = startBySize(from, tail.maxBytes());
            if (found > from || from == start) {
                return found;
            }
            wanted *= 2;
        }
    }

    private long firstSince(ZonedDateTime oldest)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        OrderedConsumerContext consumer = context.createOrderedConsumer(new OrderedConsumerConfiguration()
                .deliverPolicy(DeliverPolicy.ByStartTime)
                .startTime(oldest)
                .headersOnly(true));
        Message message = fetchOne(consumer);
        return message == null ? state.last() + 1 : message.metaData().streamSequence();
    }

    private static @Nullable Message fetchOne(OrderedConsumerContext consumer)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        try (OpenConsumer<FetchConsumer> fetch = fetch(consumer, 1)) {
            return fetch.consumer().nextMessage();
        }
    }

    private static OpenConsumer<FetchConsumer> fetch(OrderedConsumerContext consumer, int messages)
            throws IOException, JetStreamApiException {
        return new OpenConsumer<>(consumer.fetch(FetchConsumeOptions.builder()
                .maxMessages(messages)
                .noWaitExpiresIn(EXPIRES_MILLIS)
                .build()));
    }

    /** Returns the first position from {@code from} on such that the payloads from there on are not larger than a maximum. */
    private long startBySize(long from, long maxBytes)
            throws IOException, JetStreamApiException, JetStreamStatusCheckedException, InterruptedException {
        OrderedConsumerContext consumer = context.createOrderedConsumer(new OrderedConsumerConfiguration()
                .deliverPolicy(DeliverPolicy.ByStartSequence)
                .startSequence(from)
                .headersOnly(true));
        Deque<Size> sizes = new ArrayDeque<>();
        long sum = 0;
        long result = from;
        long last = 0;
        while (last < state.last()) {
            long before = last;
            try (OpenConsumer<FetchConsumer> fetch = fetch(consumer, FETCH)) {
                for (Message message = fetch.consumer().nextMessage();
                        message != null;
                        message = fetch.consumer().nextMessage()) {
                    last = message.metaData().streamSequence();
                    String size = message.getHeaders().getFirst(SIZE);
                    Size added = new Size(last, size == null ? 0 : Long.parseLong(size));
                    sizes.addLast(added);
                    sum += added.bytes;
                    while (sum > maxBytes && !sizes.isEmpty()) {
                        Size removed = sizes.removeFirst();
                        sum -= removed.bytes;
                        result = removed.sequence + 1;
                    }
                }
            }
            if (last == before) {
                break; // the rest has been discarded since then
            }
        }
        return result;
    }
}
