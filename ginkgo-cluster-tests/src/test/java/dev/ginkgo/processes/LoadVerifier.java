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

/** What a {@link LoadGenerator} has said, and what must hold of it whatever happened. */
final class LoadVerifier {
    /**
     * What was taken shortly before its node was killed, or stopped while there was nobody to take it over, may be lost with
     * it, if no other node had it.
     */
    record Termination(int node, long from, long to) {
        boolean overlaps(Termination other) {
            return from <= other.to && to >= other.from;
        }
    }

    /** Longer than a hub waits for what it misses before it tells that it is lost. */
    private static final Duration GAP_TIMEOUT = Duration.ofSeconds(5);

    private record LoadMessage(int node, int number) {}

    private record Accepted(LoadMessage message, long nanos) {
        boolean mayBeLostBy(Termination termination) {
            return message.node == termination.node && nanos >= termination.from && nanos <= termination.to;
        }
    }

    /** When something came, and the how many-th it was of all that came to that reader. */
    private record ReadPosition(int number, long nanos) {}

    /** What a reader got, each with its place among all that it was told. */
    private static final class SubscriberState {
        final Map<LoadMessage, List<ReadPosition>> received = new HashMap<>();
        final List<ReadPosition> gapsReported = new ArrayList<>(); // gaps, and returns that were not complete
        long incomplete = Long.MIN_VALUE; // the last such return: what was taken before may be missing
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

    private final List<Accepted> accepted = new ArrayList<>(); // of one node in its order
    private final Map<String, SubscriberState> subscribers = new TreeMap<>();
    private final List<String> staleEpochs = new ArrayList<>();

    private LoadVerifier() {}

    static LoadVerifier parse(Path output) throws IOException {
        LoadVerifier log = new LoadVerifier();
        List<String> lines = Files.readString(output).lines().toList();
        for (String line : lines.subList(0, Math.max(0, lines.size() - 1))) { // the last may not be whole
            log.read(line.split(" ", -1));
        }
        return log;
    }

    private void read(String[] words) {
        long nanos = Long.parseLong(words[0]);
        switch (words[1]) {
            case "taken" -> accepted.add(new Accepted(message(words[2], words[3]), nanos));
            case "start" -> resumed(reader(words[2], nanos), Boolean.parseBoolean(words[3]));
            case "gap" -> {
                SubscriberState reader = reader(words[2], nanos);
                reader.gaps++;
                reader.gapsReported.add(reader.position);
            }
            case "got" -> {
                SubscriberState reader = reader(words[2], nanos);
                reader.received
                        .computeIfAbsent(message(words[3], words[4]), first -> new ArrayList<>())
                        .add(reader.position);
            }
            case "epoch" -> epoch(reader(words[2], nanos), words[2], words[3], Long.parseLong(words[4]));
            default -> throw new AssertionError(String.join(" ", words));
        }
    }

    private static LoadMessage message(String node, String number) {
        return new LoadMessage(Integer.parseInt(node), Integer.parseInt(number));
    }

    private SubscriberState reader(String name, long nanos) {
        SubscriberState reader = subscribers.computeIfAbsent(name, first -> new SubscriberState());
        reader.position = new ReadPosition(reader.position.number + 1, nanos);
        return reader;
    }

    private static void resumed(SubscriberState reader, boolean recovered) {
        reader.resumes++;
        if (recovered) {
            reader.recovered++;
        } else {
            reader.gapsReported.add(reader.position);
            reader.incomplete = reader.position.nanos;
        }
    }

    private void epoch(SubscriberState reader, String name, String stream, long epoch) {
        if (reader.stream.equals(stream) && epoch < reader.epoch) {
            staleEpochs.add("%s got epoch %d after %d on stream %s".formatted(name, epoch, reader.epoch, stream));
        }
        reader.stream = stream;
        reader.epoch = epoch;
    }

    /** Whether all readers got the last that each node has taken. */
    boolean isComplete(int nodes) {
        Map<Integer, LoadMessage> last = new HashMap<>();
        accepted.forEach(each -> last.put(each.message.node, each.message));
        return last.size() == nodes
                && subscribers.size() == 2 * nodes
                && subscribers.values().stream()
                        .allMatch(reader -> reader.received.keySet().containsAll(last.values()));
    }

    /** How many that node has taken. */
    long acceptedBy(int node) {
        return accepted.stream().filter(each -> each.message.node == node).count();
    }

    /**
     * What is guaranteed: on one stream no older epoch comes after a newer one; none comes twice, and those of one
     * publisher come in its order, but to who was told in between that it is not complete; and who missed one, though it
     * was reading before, was told so: after the last before that one, and soon after the first that follows it.
     */
    void verify(List<Termination> ends) {
        assertThat(staleEpochs).isEmpty();
        subscribers.forEach((name, reader) -> {
            assertOnce(name, reader);
            assertInOrder(name, reader);
            assertGapsReported(name, reader, ends);
        });
    }

    private static void assertOnce(String name, SubscriberState reader) {
        reader.received.forEach((loadMessage, places) -> {
            for (int i = 1; i < places.size(); i++) {
                assertThat(reader.hasGapBetween(places.get(i - 1), places.get(i)))
                        .as("%s got %s at %s, and was told at %s", name, loadMessage, places, reader.gapsReported)
                        .isTrue();
            }
        });
    }

    /** Of those whose publisher has waited for the answer. */
    private void assertInOrder(String name, SubscriberState reader) {
        Map<Integer, LoadMessage> newest = new HashMap<>();
        Set<LoadMessage> known = new HashSet<>(reader.received.keySet());
        for (Accepted each : accepted) {
            LoadMessage loadMessage = each.message;
            if (known.contains(loadMessage)) {
                LoadMessage before = newest.put(loadMessage.node, loadMessage);
                if (before != null) {
                    ReadPosition first =
                            reader.received.getOrDefault(before, List.of()).getFirst();
                    ReadPosition next =
                            reader.received.getOrDefault(loadMessage, List.of()).getFirst();
                    assertThat(first.number < next.number || reader.hasGapBetween(next, first))
                            .as("%s got %s at %s and %s at %s", name, before, first, loadMessage, next)
                            .isTrue();
                }
            }
        }
    }

    private void assertGapsReported(String name, SubscriberState reader, List<Termination> ends) {
        Map<Integer, ReadPosition> since = new HashMap<>(); // by node the place of the last that it got
        Map<Integer, List<Accepted>> missed = new HashMap<>(); // by node those that it did not get since then
        for (Accepted each : accepted) {
            int node = each.message.node;
            List<ReadPosition> places = reader.received.get(each.message);
            if (places == null) {
                if (since.containsKey(node) && each.nanos >= reader.incomplete && !mayBeLost(each, ends)) {
                    missed.computeIfAbsent(node, first -> new ArrayList<>()).add(each);
                }
                continue;
            }
            ReadPosition before = since.put(node, places.getLast());
            List<Accepted> lost = missed.remove(node);
            if (lost != null) {
                assertThat(reader.hasGapBetween(before, places.getFirst().nanos + GAP_TIMEOUT.toNanos()))
                        .as(
                                "%s missed %s between %s and %s, and was told at %s",
                                name, lost, before, places.getFirst(), reader.gapsReported)
                        .isTrue();
            }
        }
        assertThat(missed).as("%s has waited for the last of each", name).isEmpty();
    }

    /** Whether its node has ended, and nobody who was reading at another one that lived on has got it. */
    private boolean mayBeLost(Accepted each, List<Termination> ends) {
        List<Termination> by = ends.stream().filter(each::mayBeLostBy).toList();
        Set<Integer> ended = ends.stream()
                .filter(termination -> by.stream().anyMatch(termination::overlaps))
                .map(Termination::node)
                .collect(Collectors.toSet());
        return !by.isEmpty()
                && subscribers.entrySet().stream()
                        .filter(reader -> reader.getKey().startsWith(LoadGenerator.STICKY)
                                && !ended.contains(
                                        Integer.parseInt(reader.getKey().substring(LoadGenerator.STICKY.length()))))
                        .noneMatch(reader -> reader.getValue().received.containsKey(each.message));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(accepted.size() + " messages taken");
        subscribers.forEach((name, reader) -> text.append("; %s got %d, came back %d times (%d recovered), %d gaps"
                .formatted(name, reader.received.size(), reader.resumes, reader.recovered, reader.gaps)));
        return text.toString();
    }
}
