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
        boolean isAbout(Termination other) {
            return from <= other.to && to >= other.from;
        }
    }

    /** Longer than a hub waits for what it misses before it tells that it is lost. */
    private static final Duration SOON = Duration.ofSeconds(5);

    private record LoadMessage(int node, int number) {}

    private record Accepted(LoadMessage message, long nanos) {
        boolean mayBeLostBy(Termination end) {
            return message.node == end.node && nanos >= end.from && nanos <= end.to;
        }
    }

    /** When something came, and the how many-th it was of all that came to that reader. */
    private record ReadPosition(int number, long nanos) {}

    /** What a reader got, each with its place among all that it was told. */
    private static final class SubscriberState {
        final Map<LoadMessage, List<ReadPosition>> got = new HashMap<>();
        final List<ReadPosition> told = new ArrayList<>(); // gaps, and returns that were not complete
        long incomplete = Long.MIN_VALUE; // the last such return: what was taken before may be missing
        ReadPosition place = new ReadPosition(0, 0);
        int gaps;
        int resumes;
        int recovered;
        String stream = "";
        long epoch;

        boolean wasTold(ReadPosition from, ReadPosition to) {
            return told.stream().anyMatch(at -> at.number > from.number && at.number < to.number);
        }

        boolean wasTold(ReadPosition from, long until) {
            return told.stream().anyMatch(at -> at.number > from.number && at.nanos <= until);
        }
    }

    private final List<Accepted> taken = new ArrayList<>(); // of one node in its order
    private final Map<String, SubscriberState> readers = new TreeMap<>();
    private final List<String> late = new ArrayList<>();

    private LoadVerifier() {}

    static LoadVerifier of(Path output) throws IOException {
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
            case "taken" -> taken.add(new Accepted(message(words[2], words[3]), nanos));
            case "start" -> resumed(reader(words[2], nanos), Boolean.parseBoolean(words[3]));
            case "gap" -> {
                SubscriberState reader = reader(words[2], nanos);
                reader.gaps++;
                reader.told.add(reader.place);
            }
            case "got" -> {
                SubscriberState reader = reader(words[2], nanos);
                reader.got
                        .computeIfAbsent(message(words[3], words[4]), first -> new ArrayList<>())
                        .add(reader.place);
            }
            case "epoch" -> epoch(reader(words[2], nanos), words[2], words[3], Long.parseLong(words[4]));
            default -> throw new AssertionError(String.join(" ", words));
        }
    }

    private static LoadMessage message(String node, String number) {
        return new LoadMessage(Integer.parseInt(node), Integer.parseInt(number));
    }

    private SubscriberState reader(String name, long nanos) {
        SubscriberState reader = readers.computeIfAbsent(name, first -> new SubscriberState());
        reader.place = new ReadPosition(reader.place.number + 1, nanos);
        return reader;
    }

    private static void resumed(SubscriberState reader, boolean recovered) {
        reader.resumes++;
        if (recovered) {
            reader.recovered++;
        } else {
            reader.told.add(reader.place);
            reader.incomplete = reader.place.nanos;
        }
    }

    private void epoch(SubscriberState reader, String name, String stream, long epoch) {
        if (reader.stream.equals(stream) && epoch < reader.epoch) {
            late.add("%s got epoch %d after %d on stream %s".formatted(name, epoch, reader.epoch, stream));
        }
        reader.stream = stream;
        reader.epoch = epoch;
    }

    /** Whether all readers got the last that each node has taken. */
    boolean hasArrived(int nodes) {
        Map<Integer, LoadMessage> last = new HashMap<>();
        taken.forEach(each -> last.put(each.message.node, each.message));
        return last.size() == nodes
                && readers.size() == 2 * nodes
                && readers.values().stream()
                        .allMatch(reader -> reader.got.keySet().containsAll(last.values()));
    }

    /** How many that node has taken. */
    long takenBy(int node) {
        return taken.stream().filter(each -> each.message.node == node).count();
    }

    /**
     * What is guaranteed: on one stream no older epoch comes after a newer one; none comes twice, and those of one
     * publisher come in its order, but to who was told in between that it is not complete; and who missed one, though it
     * was reading before, was told so: after the last before that one, and soon after the first that follows it.
     */
    void check(List<Termination> ends) {
        assertThat(late).isEmpty();
        readers.forEach((name, reader) -> {
            assertOnce(name, reader);
            assertInOrder(name, reader);
            assertTold(name, reader, ends);
        });
    }

    private static void assertOnce(String name, SubscriberState reader) {
        reader.got.forEach((message, places) -> {
            for (int i = 1; i < places.size(); i++) {
                assertThat(reader.wasTold(places.get(i - 1), places.get(i)))
                        .as("%s got %s at %s, and was told at %s", name, message, places, reader.told)
                        .isTrue();
            }
        });
    }

    /** Of those whose publisher has waited for the answer. */
    private void assertInOrder(String name, SubscriberState reader) {
        Map<Integer, LoadMessage> newest = new HashMap<>();
        Set<LoadMessage> known = new HashSet<>(reader.got.keySet());
        for (Accepted each : taken) {
            LoadMessage message = each.message;
            if (known.contains(message)) {
                LoadMessage before = newest.put(message.node, message);
                if (before != null) {
                    ReadPosition first = reader.got.getOrDefault(before, List.of()).getFirst();
                    ReadPosition next = reader.got.getOrDefault(message, List.of()).getFirst();
                    assertThat(first.number < next.number || reader.wasTold(next, first))
                            .as("%s got %s at %s and %s at %s", name, before, first, message, next)
                            .isTrue();
                }
            }
        }
    }

    private void assertTold(String name, SubscriberState reader, List<Termination> ends) {
        Map<Integer, ReadPosition> since = new HashMap<>(); // by node the place of the last that it got
        Map<Integer, List<Accepted>> missed = new HashMap<>(); // by node those that it did not get since then
        for (Accepted each : taken) {
            int node = each.message.node;
            List<ReadPosition> places = reader.got.get(each.message);
            if (places == null) {
                if (since.containsKey(node) && each.nanos >= reader.incomplete && !mayBeLost(each, ends)) {
                    missed.computeIfAbsent(node, first -> new ArrayList<>()).add(each);
                }
                continue;
            }
            ReadPosition before = since.put(node, places.getLast());
            List<Accepted> lost = missed.remove(node);
            if (lost != null) {
                assertThat(reader.wasTold(before, places.getFirst().nanos + SOON.toNanos()))
                        .as(
                                "%s missed %s between %s and %s, and was told at %s",
                                name, lost, before, places.getFirst(), reader.told)
                        .isTrue();
            }
        }
        assertThat(missed).as("%s has waited for the last of each", name).isEmpty();
    }

    /** Whether its node has ended, and nobody who was reading at another one that lived on has got it. */
    private boolean mayBeLost(Accepted each, List<Termination> ends) {
        List<Termination> by = ends.stream().filter(each::mayBeLostBy).toList();
        Set<Integer> ended = ends.stream()
                .filter(end -> by.stream().anyMatch(end::isAbout))
                .map(Termination::node)
                .collect(Collectors.toSet());
        return !by.isEmpty()
                && readers.entrySet().stream()
                        .filter(reader -> reader.getKey().startsWith(LoadGenerator.STAYING)
                                && !ended.contains(
                                        Integer.parseInt(reader.getKey().substring(LoadGenerator.STAYING.length()))))
                        .noneMatch(reader -> reader.getValue().got.containsKey(each.message));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(taken.size() + " messages taken");
        readers.forEach((name, reader) -> text.append("; %s got %d, came back %d times (%d recovered), %d gaps"
                .formatted(name, reader.got.size(), reader.resumes, reader.recovered, reader.gaps)));
        return text.toString();
    }
}
