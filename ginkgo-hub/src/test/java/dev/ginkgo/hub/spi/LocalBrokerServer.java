package dev.ginkgo.hub.spi;

import dev.ginkgo.time.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Broker in memory, with faults. Each {@link LocalBroker} is a client; those of several hubs share a server. A channel belongs
 * to the stream that the hash of its name selects. Thread-safe.
 */
public final class LocalBrokerServer {
    /** Maximum size of a payload. */
    public static final int MAX_PAYLOAD = 1024 * 1024;

    /** Messages that are passed to a client at once. */
    private static final int BATCH = 200;

    private final TimeSource timeSource;
    private final Set<LocalBroker> clients = ConcurrentHashMap.newKeySet();

    // guarded by this
    private final List<Stream> streams = new ArrayList<>();
    private final List<Append> held = new ArrayList<>();
    private boolean outage;
    private boolean holdingConfirmations;
    private boolean holdingAppends;
    private boolean full;
    private final Set<LocalBroker> isolated = ConcurrentHashMap.newKeySet();
    private boolean deduplicating = true;

    /** A stored message. */
    record Stored(BrokerPosition position, long millis, BrokerMessage message) {}

    /** An append whose confirmation is held back; the position is null if the message has not been stored. */
    private record Append(
            LocalBroker client,
            BrokerMessage message,
            CompletableFuture<BrokerPosition> future,
            @Nullable BrokerPosition position) {}

    private static final class Stream {
        final NodeIncarnation name;
        final List<Stored> messages = new ArrayList<>();
        final Map<IdempotencyKey, BrokerPosition> keys = new HashMap<>();
        long discarded;

        Stream(NodeIncarnation name) {
            this.name = name;
        }

        long last() {
            return discarded + messages.size();
        }

        Stored get(long sequence) {
            return messages.get((int) (sequence - discarded - 1));
        }
    }

    /** Creates a server with a number of streams. */
    public LocalBrokerServer(int streams) {
        this(streams, TimeSource.system());
    }

    /** Creates a server that stamps messages by the given time. */
    public LocalBrokerServer(int streams, TimeSource timeSource) {
        this.timeSource = timeSource;
        for (int i = 1; i <= streams; i++) {
            this.streams.add(new Stream(
                    new NodeIncarnation("local-stream-" + i, timeSource.now().toEpochMilli())));
        }
    }

    // ---- faults

    /** Interrupts all connections, or lets clients connect again. Appends that are not confirmed have an unknown outcome. */
    public void setOutage(boolean newOutage) {
        List<Append> interrupted = List.of();
        synchronized (this) {
            outage = newOutage;
            if (newOutage) {
                interrupted = List.copyOf(held);
                held.clear();
            }
        }
        interrupted.forEach(each -> each.future.completeExceptionally(new BrokerException(
                BrokerException.Reason.UNKNOWN_OUTCOME, "the connection to the broker in memory was lost")));
        wakeClients();
    }

    /** Interrupts the connection of one client, or lets it connect again. */
    public void isolate(LocalBroker client, boolean newIsolated) {
        if (newIsolated) {
            isolated.add(client);
        } else {
            isolated.remove(client);
        }
        wakeClients();
    }

    /** Stores messages, but confirms none, until false is set. */
    public void holdConfirmations(boolean hold) {
        synchronized (this) {
            holdingConfirmations = hold;
        }
        confirmHeld();
    }

    /** Stores no messages, until false is set; they are stored then, before any further one. */
    public void holdAppends(boolean hold) {
        synchronized (this) {
            holdingAppends = hold;
            if (!hold) {
                held.replaceAll(each -> each.position == null
                        ? new Append(each.client, each.message, each.future, store(each.message))
                        : each);
            }
        }
        wakeClients();
        confirmHeld();
    }

    private void confirmHeld() {
        List<Append> confirmed;
        synchronized (this) {
            confirmed = held.stream()
                    .filter(each -> each.position != null && !holdingConfirmations)
                    .toList();
            held.removeAll(confirmed);
        }
        confirmed.forEach(each -> each.future.complete(each.position));
    }

    /** Rejects every message, because the streams are full, or accepts messages again. */
    public synchronized void setFull(boolean newFull) {
        full = newFull;
    }

    /** Sets whether a message with the key of an earlier one is discarded. */
    public synchronized void setDeduplicating(boolean newDeduplicating) {
        deduplicating = newDeduplicating;
    }

    /** Discards the oldest messages of the stream of a channel. */
    public void discard(String channel, long through) {
        synchronized (this) {
            Stream stream = streamOf(channel);
            int count = (int) Math.min(stream.messages.size(), through - stream.discarded);
            stream.messages.subList(0, count).clear();
            stream.discarded += count;
        }
        wakeClients();
    }

    /** Deletes the stream of a channel, and creates it again. */
    public void recreate(String channel) {
        synchronized (this) {
            Stream old = streamOf(channel);
            streams.set(
                    streams.indexOf(old), new Stream(new NodeIncarnation(old.name.name(), old.name.incarnation() + 1)));
        }
        wakeClients();
    }

    /** Returns the number of messages in the stream of a channel, the discarded ones included. */
    public synchronized long count(String channel) {
        return streamOf(channel).last();
    }

    // ---- for clients

    List<BrokerStream> connect(LocalBroker client) {
        synchronized (this) {
            if (outage) {
                throw new IllegalStateException("the broker in memory is not reachable; end its outage");
            }
            clients.add(client);
            return states();
        }
    }

    void disconnect(LocalBroker client) {
        List<Append> ended;
        synchronized (this) {
            clients.remove(client);
            ended = held.stream().filter(each -> each.client.equals(client)).toList();
            held.removeAll(ended);
        }
        ended.forEach(each -> each.future.completeExceptionally(
                new BrokerException(BrokerException.Reason.UNKNOWN_OUTCOME, "the broker in memory was closed")));
    }

    synchronized boolean isReachable(LocalBroker client) {
        return !outage && !isolated.contains(client);
    }

    /** Returns the streams that exist now. */
    synchronized List<BrokerStream> states() {
        return streams.stream()
                .map(each -> new BrokerStream(each.name, each.discarded + 1, each.last()))
                .toList();
    }

    /** Stores a message, and completes the future; at once if the message is rejected. */
    void append(LocalBroker client, BrokerMessage message, CompletableFuture<BrokerPosition> future) {
        BrokerPosition position;
        boolean confirmed;
        synchronized (this) {
            Optional<BrokerException> rejection = rejection(client, message);
            if (rejection.isPresent()) {
                future.completeExceptionally(rejection.get());
                return;
            }
            if (holdingAppends) {
                held.add(new Append(client, message, future, null));
                return;
            }
            position = store(message);
            confirmed = !holdingConfirmations;
            if (!confirmed) {
                held.add(new Append(client, message, future, position));
            }
        }
        wakeClients();
        if (confirmed) {
            client.confirm(future, position);
        }
    }

    private Optional<BrokerException> rejection(LocalBroker client, BrokerMessage message) {
        if (!isReachable(client)) {
            return Optional.of(
                    new BrokerException(BrokerException.Reason.UNAVAILABLE, "the broker in memory is not connected"));
        }
        if (message.payload().length > MAX_PAYLOAD) {
            return Optional.of(new BrokerException(
                    BrokerException.Reason.TOO_LARGE,
                    "the broker in memory accepts at most " + MAX_PAYLOAD + " bytes"));
        }
        return full
                ? Optional.of(new BrokerException(BrokerException.Reason.FULL, "the broker in memory is full"))
                : Optional.empty();
    }

    private BrokerPosition store(BrokerMessage message) {
        Stream stream = streamOf(message.channel());
        BrokerPosition repeated = message.key().map(stream.keys::get).orElse(null);
        if (repeated != null && deduplicating) {
            return repeated;
        }
        BrokerPosition position = new BrokerPosition(stream.name, stream.last() + 1);
        stream.messages.add(new Stored(position, timeSource.now().toEpochMilli(), message));
        message.key().ifPresent(key -> stream.keys.putIfAbsent(key, position));
        return position;
    }

    private Stream streamOf(String channel) {
        return streams.get(Math.floorMod(channel.hashCode(), streams.size()));
    }

    /** Returns the sequence number before the first message of a tail. */
    synchronized long before(NodeIncarnation name, ReadStart readStart) {
        return switch (readStart) {
            case ReadStart.After after -> after.sequence();
            case ReadStart.Tail tail ->
                find(name).map(stream -> before(stream, tail)).orElse(0L);
        };
    }

    private long before(Stream stream, ReadStart.Tail tail) {
        long oldest = timeSource.now().minus(tail.maxAge()).toEpochMilli();
        long bytes = 0;
        for (long sequence = stream.last(); sequence > stream.discarded; sequence--) {
            Stored stored = stream.get(sequence);
            bytes += stored.message.payload().length;
            if (stored.millis < oldest || bytes > tail.maxBytes()) {
                return sequence;
            }
        }
        return stream.discarded;
    }

    /** What a client reads next of a stream: positions up to {@code discarded} are lost, then the messages follow. */
    record Batch(long discarded, List<Stored> messages) {}

    /** Returns what follows a position; empty if there is nothing, or the client is not connected. */
    synchronized Optional<Batch> next(LocalBroker client, NodeIncarnation name, long after) {
        Stream stream = find(name).orElse(null);
        if (!isReachable(client) || stream == null || after >= stream.last()) {
            return Optional.empty();
        }
        long start = Math.max(after, stream.discarded);
        List<Stored> messages = new ArrayList<>();
        for (long sequence = start + 1; sequence <= Math.min(stream.last(), start + BATCH); sequence++) {
            messages.add(stream.get(sequence));
        }
        return Optional.of(new Batch(stream.discarded, messages));
    }

    private Optional<Stream> find(NodeIncarnation name) {
        return streams.stream().filter(each -> each.name.equals(name)).findFirst();
    }

    private void wakeClients() {
        clients.forEach(LocalBroker::wake);
    }
}
