package dev.ginkgo.testing.cluster;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Three nodes, each of which runs a {@link ScenarioNode}, and what a scenario does to them and asks of them, wherever they are:
 * in the process of the test and by its clock, or in processes of their own. Nodes are counted from 0.
 */
public abstract class ScenarioCluster {
    /** What stands in {@link #read} where a loss was told. */
    public static final String GAP = "gap";

    /** How many there are. */
    public static final int NODES = 3;

    private static final int NOBODY = -1;

    /** What may befall a node until it is {@linkplain #heal healed}. */
    public enum Fault {
        /** All its threads stand still, and what comes for it waits. */
        FREEZE,
        /** Nothing comes to it, and nothing from it. */
        CUT_OFF,
        /** Nobody gets what it sends; it gets all. */
        MUTE,
        /** It gets nothing; the others get what it sends. */
        DEAFEN
    }

    /** Something that a node did while it held a lease. */
    public record LeaderAction(long nanos, long epoch, int node) {}

    private final Map<Integer, Integer> eventsBefore =
            new HashMap<>(); // by node, how many lines are of earlier scenarios
    private final Set<Integer> down = new HashSet<>();
    private final Set<Integer> frozen = new HashSet<>();

    // ---- what a world has to do

    /** By the clock that all nodes and the test share. */
    protected abstract long nanos();

    /** Its name in the roster. */
    protected abstract String name(int node);

    /** What it has said since its last start. */
    protected abstract List<ScenarioEvent> events(int node);

    /** What it has said in all its lives. */
    protected abstract List<ScenarioEvent> allEvents(int node);

    /** Has its player {@linkplain ScenarioNode#execute obey}. */
    protected abstract void execute(int node, String command);

    /** Waits until something holds; fails if that takes too long. */
    protected abstract void await(String what, BooleanSupplier condition);

    /** Lets that much time pass. */
    protected abstract void advance(Duration time);

    protected abstract void inject(Fault fault, int node);

    /** Undoes all faults. */
    protected abstract void repair();

    protected abstract void killProcess(int node);

    /** Stops it in order; returns when it is no more. */
    protected abstract void stopProcess(int node);

    /** Starts it again, as it was started at first. */
    protected abstract void startProcess(int node);

    /** Whether a node that starts waits for what the others hold, so that it gets what it published before, too. */
    protected abstract boolean waitsForStateTransfer();

    // ---- what is done to nodes

    /** A scenario begins: all are well, and what was read before is not asked for. */
    final void begin() {
        heal();
        List.copyOf(down).forEach(this::start);
        awaitConverged();
        nodes().forEach(node -> eventsBefore.put(node, events(node).size()));
    }

    final void injectFault(Fault fault, int node) {
        if (fault == Fault.FREEZE) {
            frozen.add(node);
        }
        inject(fault, node);
    }

    final void heal() {
        repair();
        frozen.clear();
    }

    /** As {@code kill -9} does. */
    final void kill(int node) {
        down.add(node);
        killProcess(node);
    }

    final void stop(int node) {
        down.add(node);
        stopProcess(node);
    }

    final void start(int node) {
        eventsBefore.put(node, 0);
        startProcess(node);
        down.remove(node);
    }

    protected static Stream<Integer> nodes() {
        return IntStream.range(0, NODES).boxed();
    }

    /** Those that are neither down nor frozen. */
    private List<Integer> running() {
        return nodes().filter(node -> !down.contains(node) && !frozen.contains(node))
                .toList();
    }

    // ---- who leads

    /** Waits until one acts. */
    final LeaderAction awaitLeader() {
        return awaitAction(NOBODY, nanos());
    }

    /** The first act of another than that one since a moment; waits for it. */
    protected LeaderAction awaitOtherLeader(int old, long since) {
        return awaitAction(old, since);
    }

    private LeaderAction awaitAction(int but, long since) {
        await(
                "an act" + (but == NOBODY ? "" : " of another than " + name(but)),
                () -> firstAction(but, since).isPresent());
        return firstAction(but, since).orElseThrow();
    }

    private Optional<LeaderAction> firstAction(int but, long since) {
        return running().stream()
                .filter(node -> node != but)
                .flatMap(node -> actions(node, events(node))
                        .filter(leaderAction -> leaderAction.nanos > since)
                        .limit(1))
                .min(Comparator.comparingLong(LeaderAction::nanos));
    }

    private static Stream<LeaderAction> actions(int node, List<ScenarioEvent> said) {
        return said.stream()
                .filter(scenarioEvent -> scenarioEvent.is("act"))
                .map(scenarioEvent ->
                        new LeaderAction(scenarioEvent.nanos(), Long.parseLong(scenarioEvent.text()), node));
    }

    /** What a node ever did. */
    final List<LeaderAction> actions(int node) {
        return actions(node, allEvents(node)).toList();
    }

    /** What all ever did, in the order of the clock. */
    final List<LeaderAction> actions() {
        return nodes().flatMap(node -> actions(node).stream())
                .sorted(Comparator.comparingLong(LeaderAction::nanos))
                .toList();
    }

    /** The newest leadership that it has heard of, {@code NAME EPOCH@CLUSTER}. */
    final String leadership(int node) {
        return ScenarioEvent.last(events(node), "leader")
                .map(ScenarioEvent::text)
                .orElse("");
    }

    /** The epochs under which leaders have published, in the order in which they were read there since its start. */
    final List<Long> epochs(int node) {
        return events(node).stream()
                .filter(scenarioEvent -> scenarioEvent.is("epoch"))
                .map(scenarioEvent -> Long.valueOf(scenarioEvent.text()))
                .toList();
    }

    // ---- the roster

    /** Waits until each that runs has all of these, and nobody else, in its roster, and all hear each other. */
    protected void awaitConverged() {
        Set<String> names = running().stream().map(this::name).collect(Collectors.toSet());
        await("one roster of " + names, () -> running().stream().allMatch(node -> isConverged(events(node), names)));
    }

    private static boolean isConverged(List<ScenarioEvent> said, Set<String> names) {
        Optional<ScenarioEvent> status = ScenarioEvent.last(said, "status")
                .filter(scenarioEvent -> scenarioEvent.text().equals("true"));
        Optional<ScenarioEvent> roster = ScenarioEvent.last(said, "roster")
                .filter(scenarioEvent -> names(scenarioEvent).equals(names));
        return status.isPresent()
                && roster.isPresent()
                && status.get().nanos() > roster.get().nanos(); // it is well in this roster
    }

    /** Of {@code [NAME, NAME]}. */
    private static Set<String> names(ScenarioEvent roster) {
        String list = roster.text().substring(1, roster.text().length() - 1);
        return Stream.of(list.split(", ")).collect(Collectors.toSet());
    }

    // ---- messages

    /** Publishes there; returns when it is published. */
    final void publish(int node, String text) {
        execute(node, "publish " + text);
        awaitTaken(node, text);
    }

    /** Publishes so many texts of that size there, {@code WORD-0}, {@code WORD-1} and so on. */
    final void burst(int node, int count, int size, String word) {
        execute(node, "burst " + count + " " + size + " " + word);
        awaitTaken(node, word + "-" + (count - 1));
    }

    private void awaitTaken(int node, String text) {
        await(
                name(node) + " takes " + text,
                () -> ScenarioEvent.last(events(node), "took")
                        .filter(scenarioEvent -> scenarioEvent.text().equals(text))
                        .isPresent());
    }

    /** What a reader there was given since the scenario began, or the node did, in order, with {@link #GAP}s. */
    final List<String> read(int node) {
        return events(node).stream()
                .skip(eventsBefore.getOrDefault(node, 0))
                .filter(scenarioEvent -> scenarioEvent.is("read") || scenarioEvent.is(GAP))
                .map(scenarioEvent -> scenarioEvent.is(GAP) ? GAP : scenarioEvent.text())
                .toList();
    }

    /** All that the hub there holds, in its order. */
    final List<String> history(int node) {
        long now = nanos();
        execute(node, "history");
        await(
                "the history of " + name(node),
                () -> ScenarioEvent.last(events(node), "history")
                        .filter(scenarioEvent -> scenarioEvent.nanos() >= now)
                        .isPresent());
        return List.of(
                ScenarioEvent.last(events(node), "history").orElseThrow().text().split("\\|"));
    }
}
