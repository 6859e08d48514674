package dev.ginkgo.hub.spi;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/** Records what a broker reports to one node, and every violation of the contract of {@link BrokerListener}. */
public final class RecordingBrokerListener implements BrokerListener {
    private final Map<NodeIncarnation, Long> last = new HashMap<>(); // guarded by this
    private final List<Received> received = new ArrayList<>(); // guarded by this
    private final List<SequenceRange> lost = new ArrayList<>(); // guarded by this
    final List<BrokerStream> opened = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    volatile Optional<String> problem = Optional.empty();
    volatile boolean stopped;

    /** A message with its position. */
    record Received(BrokerPosition position, long storedMillis, BrokerMessage message) {
        String text() {
            return new String(message.payload(), StandardCharsets.UTF_8);
        }
    }

    /** Starts to check a stream whose positions are reported after this one. */
    synchronized void expect(NodeIncarnation stream, long after) {
        last.put(stream, after);
    }

    @Override
    public synchronized void received(BrokerPosition position, long storedMillis, BrokerMessage message) {
        advance(position.stream(), position.sequence(), position.sequence());
        received.add(new Received(position, storedMillis, message));
    }

    @Override
    public synchronized void lost(SequenceRange positions) {
        advance(positions.origin(), positions.from(), positions.to());
        lost.add(positions);
    }

    private void advance(NodeIncarnation stream, long from, long to) {
        Long previous = last.put(stream, to);
        if (previous == null || previous + 1 != from) {
            faults.add("positions " + from + " to " + to + " of " + stream + " were reported after " + previous);
        }
        if (stopped) {
            faults.add("positions " + from + " to " + to + " of " + stream + " were reported after the stop");
        }
    }

    @Override
    public void streamOpened(BrokerStream brokerStream) {
        opened.add(brokerStream);
    }

    @Override
    public void connectionChanged(Optional<String> newProblem) {
        problem = newProblem;
    }

    synchronized List<Received> received() {
        return List.copyOf(received);
    }

    synchronized List<SequenceRange> lost() {
        return List.copyOf(lost);
    }

    synchronized long last(NodeIncarnation stream) {
        return last.getOrDefault(stream, -1L);
    }
}
