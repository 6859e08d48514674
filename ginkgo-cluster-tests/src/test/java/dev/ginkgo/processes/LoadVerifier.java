package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Checks the output of a {@link LoadGenerator} against the guarantees that hold under any faults. */
final class LoadVerifier {
    /**
     * The end of a node. A message accepted shortly before its node was killed, or stopped without a connected peer,
     * may be lost with it if no other node had received it.
     */
    record Termination(int node, long from, long to) {
        boolean overlaps(Termination other) {
            return from <= other.to && to >= other.from;
        }
    }

    /**
     * Longer than a hub needs to report a gap. It detects that messages are missing by a heartbeat of a peer, sent every second over
     * a connection that may have to be restored, which takes up to 4 s; and it waits for the missing range: until 5 s after the last
     * response of a peer, which may be partial. Messages of the next incarnation of the publisher's node do not wait for that
     * if nothing was known to be missing when they arrived.
     */
    private static final Duration GAP_TIMEOUT = Duration.ofSeconds(15);

    private record LoadMessage(int node, int number) {}

    private record Accepted(LoadMessage message, long nanos) {
        boolean mayBeLostBy(Termination termination) {
            return message.node == termination.node && nanos >= termination.from && nanos <= termination.to;
        }
    }

    /** The time of an event, and its number among all events of its subscriber. */
    private record ReadPosition(int number, long nanos) {}

    /** The messages and gaps of a subscriber, each with its position among all events of the subscriber. */
    private static final class SubscriberState {
        final Map<LoadMessage, List<ReadPosition>> received = new HashMap<>();
        final List<ReadPosition> gapsReported = new ArrayList<>(); // gaps, and resumes with recovered: false
        long incomplete = Long.MIN_VALUE; // time of the last such resume: messages accepted before it may be missing
        ReadPosition position = new ReadPosition(0, 0);
        int gaps;
        int resumes;
        int recovered;
        String stream = "";
        long epoch;

        boolean hasGapBetween(ReadPosition from, ReadPosition to) {
            return gapsReported.stream().anyMatch(at -> at.number > from.number && at.number < to.number);
        }

        boolean hasGapBetween(ReadPosition from, long until) {
            return gapsReported.stream().anyMatch(at -> at.number > from.number && at.nanos <= until);
        }
    }

    private final List<Accepted> accepted = new ArrayList<>(); // messages of one node are in publishing order
    private final Map<String, SubscriberState> subscribers = new TreeMap<>();
    private final List<String> staleEpochs = new ArrayList<>();

    private LoadVerifier() {}

    static LoadVerifier parse(Path output) throws IOException {
        LoadVerifier verifier = new LoadVerifier();
        List<String> lines = Files.readString(output).lines().toList();
        for (String line : lines.subList(0, Math.max(0, lines.size() - 1))) { // the last line may be incomplete
            verifier.read(line.split(" ", -1));
        }
        return verifier;
    }

    private void read(String[] fields) {
        long nanos = Long.parseLong(fields[0]);
        switch (fields[1]) {
            case "accepted" -> accepted.add(new Accepted(message(fields[2], fields[3]), nanos));
            case "start" -> resumed(subscriber(fields[2], nanos), Boolean.parseBoolean(fields[3]));
            case "gap" -> {
                SubscriberState subscriber = subscriber(fields[2], nanos);
                subscriber.gaps++;
                subscriber.gapsReported.add(subscriber.position);
            }
            case "received" -> {
                SubscriberState subscriber = subscriber(fields[2], nanos);
                subscriber
                        .received
                        .computeIfAbsent(message(fields[3], fields[4]), first -> new ArrayList<>())
                        .add(subscriber.position);
            }
            case "epoch" -> epoch(subscriber(fields[2], nanos), fields[2], fields[3], Long.parseLong(fields[4]));
            default -> throw new AssertionError(String.join(" ", fields));
        }
    }

    private static LoadMessage message(String node, String number) {
        return new LoadMessage(Integer.parseInt(node), Integer.parseInt(number));
    }

    private SubscriberState subscriber(String name, long nanos) {
        SubscriberState subscriber = subscribers.computeIfAbsent(name, first -> new SubscriberState());
        subscriber.position = new ReadPosition(subscriber.position.number + 1, nanos);
        return subscriber;
    }

    private static void resumed(SubscriberState subscriber, boolean recovered) {
        subscriber.resumes++;
        if (recovered) {
            subscriber.recovered++;
        } else {
            subscriber.gapsReported.add(subscriber.position);
            subscriber.incomplete = subscriber.position.nanos;
        }
    }

    private void epoch(SubscriberState subscriber, String name, String stream, long epoch) {
        if (subscriber.stream.equals(stream) && epoch < subscriber.epoch) {
            staleEpochs.add(
                    "%s received epoch %d after %d on stream %s".formatted(name, epoch, subscriber.epoch, stream));
        }
        subscriber.stream = stream;
        subscriber.epoch = epoch;
    }

    /** Returns whether all subscribers have received the last message accepted by each node. */
    boolean isComplete(int nodes) {
        Map<Integer, LoadMessage> last = new HashMap<>();
        accepted.forEach(each -> last.put(each.message.node, each.message));
        return last.size() == nodes
                && subscribers.size() == 2 * nodes
                && subscribers.values().stream()
                        .allMatch(subscriber -> subscriber.received.keySet().containsAll(last.values()));
    }

    /** Returns the number of messages that a node has accepted. */
    long acceptedBy(int node) {
        return accepted.stream().filter(each -> each.message.node == node).count();
    }

    /**
     * Asserts the guarantees:
     *
     * <ul>
     *   <li>On one stream no older epoch follows a newer one.
     *   <li>Without a gap in between, no message is delivered twice, and messages of one publisher are in its order.
     *   <li>A subscriber that missed a message received a gap: after the last message before it, and soon after the
     *       first message that follows it.
     * </ul>
     */
    void verify(List<Termination> terminations) {
        assertThat(staleEpochs).isEmpty();
        subscribers.forEach((name, subscriber) -> {
            assertOnce(name, subscriber);
            assertInOrder(name, subscriber);
            assertGapsReported(name, subscriber, terminations);
        });
    }

    private static void assertOnce(String name, SubscriberState subscriber) {
        subscriber.received.forEach((loadMessage, positions) -> {
            for (int i = 1; i < positions.size(); i++) {
                assertThat(subscriber.hasGapBetween(positions.get(i - 1), positions.get(i)))
                        .as(
                                "%s received %s at %s, with gaps at %s",
                                name, loadMessage, positions, subscriber.gapsReported)
                        .isTrue();
            }
        });
    }

    /** Checks only messages whose publisher received a response: their order is known. */
    private void assertInOrder(String name, SubscriberState subscriber) {
        Map<Integer, LoadMessage> newest = new HashMap<>();
        Set<LoadMessage> known = new HashSet<>(subscriber.received.keySet());
        for (Accepted each : accepted) {
            LoadMessage loadMessage = each.message;
            if (known.contains(loadMessage)) {
                LoadMessage before = newest.put(loadMessage.node, loadMessage);
                if (before != null) {
                    ReadPosition first =
                            subscriber.received.getOrDefault(before, List.of()).getFirst();
                    ReadPosition next = subscriber
                            .received
                            .getOrDefault(loadMessage, List.of())
                            .getFirst();
                    assertThat(first.number < next.number || subscriber.hasGapBetween(next, first))
                            .as("%s received %s at %s and %s at %s", name, before, first, loadMessage, next)
                            .isTrue();
                }
            }
        }
    }

    private void assertGapsReported(String name, SubscriberState subscriber, List<Termination> terminations) {
        Map<Integer, ReadPosition> lastReceived = new HashMap<>(); // by node
        Map<Integer, List<Accepted>> missed = new HashMap<>(); // by node, since its last received message
        for (Accepted each : accepted) {
            int node = each.message.node;
            List<ReadPosition> positions = subscriber.received.get(each.message);
            if (positions == null) {
                if (lastReceived.containsKey(node)
                        && each.nanos >= subscriber.incomplete
                        && !mayBeLost(each, terminations)) {
                    missed.computeIfAbsent(node, first -> new ArrayList<>()).add(each);
                }
                continue;
            }
            ReadPosition before = lastReceived.put(node, positions.getLast());
            List<Accepted> lost = missed.remove(node);
            if (lost != null) {
                assertThat(subscriber.hasGapBetween(before, positions.getFirst().nanos + GAP_TIMEOUT.toNanos()))
                        .as(
                                "%s missed %s between %s and %s, with gaps at %s",
                                name, lost, before, positions.getFirst(), subscriber.gapsReported)
                        .isTrue();
            }
        }
        assertThat(missed).as("%s received the last message of each node", name).isEmpty();
    }

    /** Returns whether the node of a message ended, and no subscriber at a surviving node has received it. */
    private boolean mayBeLost(Accepted each, List<Termination> terminations) {
        List<Termination> causes =
                terminations.stream().filter(each::mayBeLostBy).toList();
        Set<Integer> ended = terminations.stream()
                .filter(termination -> causes.stream().anyMatch(termination::overlaps))
                .map(Termination::node)
                .collect(Collectors.toSet());
        return !causes.isEmpty()
                && subscribers.entrySet().stream()
                        .filter(subscriber -> subscriber.getKey().startsWith(LoadGenerator.STICKY)
                                && !ended.contains(
                                        Integer.parseInt(subscriber.getKey().substring(LoadGenerator.STICKY.length()))))
                        .noneMatch(subscriber -> subscriber.getValue().received.containsKey(each.message));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(accepted.size() + " messages accepted");
        subscribers.forEach(
                (name, subscriber) -> text.append("; %s received %d, resumed %d times (%d recovered), %d gaps"
                        .formatted(
                                name,
                                subscriber.received.size(),
                                subscriber.resumes,
                                subscriber.recovered,
                                subscriber.gaps)));
        return text.toString();
    }
}
