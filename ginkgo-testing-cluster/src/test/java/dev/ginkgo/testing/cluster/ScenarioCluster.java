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

    private final Map<Integer, Integer> begun = new HashMap<>(); // by node, how many lines are of earlier scenarios
    private final Set<Integer> down = new HashSet<>();
    private final Set<Integer> frozen = new HashSet<>();

    // ---- what a world has to do

    /** By the clock that all nodes and the test share. */
    protected abstract long nanos();

    /** Its name in the roster. */
    protected abstract String name(int node);

    /** What it has said since its last start. */
    protected abstract List<ScenarioEvent> said(int node);

    /** What it has said in all its lives. */
    protected abstract List<ScenarioEvent> everSaid(int node);

    /** Has its player {@linkplain ScenarioNode#obey obey}. */
    protected abstract void tell(int node, String command);

    /** Waits until something holds; fails if that takes too long. */
    protected abstract void await(String what, BooleanSupplier condition);

    /** Lets that much time pass. */
    protected abstract void pass(Duration time);

    protected abstract void befalls(Fault fault, int node);

    /** Undoes all faults. */
    protected abstract void heals();

    protected abstract void dies(int node);

    /** Stops it in order; returns when it is no more. */
    protected abstract void ends(int node);

    /** Starts it again, as it was started at first. */
    protected abstract void starts(int node);

    /** Whether a node that starts waits for what the others hold, so that it gets what it published before, too. */
    protected abstract boolean takesOver();

    // ---- what is done to nodes

    /** A scenario begins: all are well, and what was read before is not asked for. */
    final void begin() {
        heal();
        List.copyOf(down).forEach(this::start);
        awaitTogether();
        each().forEach(node -> begun.put(node, said(node).size()));
    }

    final void befall(Fault fault, int node) {
        if (fault == Fault.FREEZE) {
            frozen.add(node);
        }
        befalls(fault, node);
    }

    final void heal() {
        heals();
        frozen.clear();
    }

    /** As {@code kill -9} does. */
    final void kill(int node) {
        down.add(node);
        dies(node);
    }

    final void stop(int node) {
        down.add(node);
        ends(node);
    }

    final void start(int node) {
        begun.put(node, 0);
        starts(node);
        down.remove(node);
    }

    protected static Stream<Integer> each() {
        return IntStream.range(0, NODES).boxed();
    }

    /** Those that are neither down nor frozen. */
    private List<Integer> running() {
        return each().filter(node -> !down.contains(node) && !frozen.contains(node))
                .toList();
    }

    // ---- who leads

    /** Waits until one acts. */
    final LeaderAction awaitLeader() {
        return awaitAct(NOBODY, nanos());
    }

    /** The first act of another than that one since a moment; waits for it. */
    protected LeaderAction awaitOtherLeader(int old, long since) {
        return awaitAct(old, since);
    }

    private LeaderAction awaitAct(int but, long since) {
        await(
                "an act" + (but == NOBODY ? "" : " of another than " + name(but)),
                () -> firstAct(but, since).isPresent());
        return firstAct(but, since).orElseThrow();
    }

    private Optional<LeaderAction> firstAct(int but, long since) {
        return running().stream()
                .filter(node -> node != but)
                .flatMap(node ->
                        acts(node, said(node)).filter(act -> act.nanos > since).limit(1))
                .min(Comparator.comparingLong(LeaderAction::nanos));
    }

    private static Stream<LeaderAction> acts(int node, List<ScenarioEvent> said) {
        return said.stream()
                .filter(line -> line.is("act"))
                .map(line -> new LeaderAction(line.nanos(), Long.parseLong(line.rest()), node));
    }

    /** What a node ever did. */
    final List<LeaderAction> acts(int node) {
        return acts(node, everSaid(node)).toList();
    }

    /** What all ever did, in the order of the clock. */
    final List<LeaderAction> acts() {
        return each().flatMap(node -> acts(node).stream())
                .sorted(Comparator.comparingLong(LeaderAction::nanos))
                .toList();
    }

    /** The newest leadership that it has heard of, {@code NAME EPOCH@CLUSTER}. */
    final String leadership(int node) {
        return ScenarioEvent.last(said(node), "leader").map(ScenarioEvent::rest).orElse("");
    }

    /** The epochs under which leaders have published, in the order in which they were read there since its start. */
    final List<Long> epochs(int node) {
        return said(node).stream()
                .filter(line -> line.is("epoch"))
                .map(line -> Long.valueOf(line.rest()))
                .toList();
    }

    // ---- the roster

    /** Waits until each that runs has all of these, and nobody else, in its roster, and all hear each other. */
    protected void awaitTogether() {
        Set<String> names = running().stream().map(this::name).collect(Collectors.toSet());
        await("one roster of " + names, () -> running().stream().allMatch(node -> knows(said(node), names)));
    }

    private static boolean knows(List<ScenarioEvent> said, Set<String> names) {
        Optional<ScenarioEvent> status =
                ScenarioEvent.last(said, "status").filter(line -> line.rest().equals("true"));
        Optional<ScenarioEvent> roster =
                ScenarioEvent.last(said, "roster").filter(line -> names(line).equals(names));
        return status.isPresent()
                && roster.isPresent()
                && status.get().nanos() > roster.get().nanos(); // it is well in this roster
    }

    /** Of {@code [NAME, NAME]}. */
    private static Set<String> names(ScenarioEvent roster) {
        String list = roster.rest().substring(1, roster.rest().length() - 1);
        return Stream.of(list.split(", ")).collect(Collectors.toSet());
    }

    // ---- messages

    /** Publishes there; returns when it is published. */
    final void publish(int node, String text) {
        tell(node, "publish " + text);
        awaitTaken(node, text);
    }

    /** Publishes so many texts of that size there, {@code WORD-0}, {@code WORD-1} and so on. */
    final void burst(int node, int count, int size, String word) {
        tell(node, "burst " + count + " " + size + " " + word);
        awaitTaken(node, word + "-" + (count - 1));
    }

    private void awaitTaken(int node, String text) {
        await(
                name(node) + " takes " + text,
                () -> ScenarioEvent.last(said(node), "took")
                        .filter(line -> line.rest().equals(text))
                        .isPresent());
    }

    /** What a reader there was given since the scenario began, or the node did, in order, with {@link #GAP}s. */
    final List<String> read(int node) {
        return said(node).stream()
                .skip(begun.getOrDefault(node, 0))
                .filter(line -> line.is("read") || line.is(GAP))
                .map(line -> line.is(GAP) ? GAP : line.rest())
                .toList();
    }

    /** All that the hub there holds, in its order. */
    final List<String> history(int node) {
        long now = nanos();
        tell(node, "history");
        await(
                "the history of " + name(node),
                () -> ScenarioEvent.last(said(node), "history")
                        .filter(line -> line.nanos() >= now)
                        .isPresent());
        return List.of(ScenarioEvent.last(said(node), "history").orElseThrow().rest().split("\\|"));
    }
}
