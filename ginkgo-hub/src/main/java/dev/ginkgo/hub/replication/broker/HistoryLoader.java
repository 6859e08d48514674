package dev.ginkgo.hub.replication.broker;

import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is read from the streams while a hub starts, until each stream has been read up to where it ended at the start.
 * The messages of all streams are then passed in the order in which the broker stored them: the store looks up messages by time,
 * and expects them in that order. Its size is limited by the requested {@linkplain dev.ginkgo.hub.spi.ReadStart.Tail tail}. Not
 * thread-safe.
 */
final class HistoryLoader {
    private final Map<String, Stream> streams = new HashMap<>();

    private static final class Stream {
        final Queue<StreamEvent> events = new ArrayDeque<>();
        private NodeIncarnation incarnation;
        private long end;
        private long through;

        Stream(BrokerStream state) {
            this.incarnation = state.stream();
            this.end = state.last();
        }

        void add(StreamEvent event) {
            events.add(event);
            if (event instanceof StreamEvent.Opened(BrokerStream state)) {
                incarnation = state.stream();
                end = state.last();
                through = 0;
            } else if (event.stream().equals(incarnation)) {
                through = Math.max(through, event.through());
            }
        }

        boolean isComplete() {
            return through >= end;
        }

        /** Returns when the next message was stored; an event without a time precedes all messages. */
        long nextMillis() {
            return events.peek() instanceof StreamEvent.Received next ? next.storedMillis() : Long.MIN_VALUE;
        }

        @Override
        public String toString() {
            return incarnation + " up to position " + through + " of " + end;
        }
    }

    /**
     * Creates a loader.
     *
     * @param states the streams at the start
     */
    HistoryLoader(List<BrokerStream> states) {
        states.forEach(state -> streams.put(state.stream().name(), new Stream(state)));
    }

    /** Adds the next event of a stream. */
    void add(StreamEvent event) {
        Stream stream = streams.get(event.stream().name());
        if (stream == null && event instanceof StreamEvent.Opened(BrokerStream state)) {
            stream = new Stream(state);
            streams.put(state.stream().name(), stream);
        }
        if (stream != null) {
            stream.add(event);
        }
    }

    /** Returns whether every stream has been read up to its end at the start. */
    boolean isComplete() {
        return streams.values().stream().allMatch(Stream::isComplete);
    }

    /** Returns the events of a stream, in their order. */
    Collection<StreamEvent> events(String name) {
        Stream stream = streams.get(name);
        return stream == null ? List.of() : Collections.unmodifiableCollection(stream.events);
    }

    /** Passes all events: those of one stream in their order, messages of several streams by time. */
    void drainTo(Consumer<StreamEvent> consumer) {
        for (Stream next = earliest(); next != null; next = earliest()) {
            consumer.accept(next.events.remove());
        }
    }

    private @Nullable Stream earliest() {
        Stream earliest = null;
        for (Stream each : streams.values()) {
            if (!each.events.isEmpty() && (earliest == null || each.nextMillis() < earliest.nextMillis())) {
                earliest = each;
            }
        }
        return earliest;
    }

    /** Returns how far each stream has been read. */
    String progress() {
        return streams.values().stream()
                .filter(each -> !each.isComplete())
                .map(Stream::toString)
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
