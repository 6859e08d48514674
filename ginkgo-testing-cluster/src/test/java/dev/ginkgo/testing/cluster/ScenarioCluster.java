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
 * Three nodes, each running a {@link ScenarioNode}, and the operations that a scenario needs. The nodes are either in
 * the process of the test, under its clock, or processes of their own. Nodes are counted from 0.
 */
public abstract class ScenarioCluster {
    /** Marks a gap in the result of {@link #read}. */
    public static final String GAP = "gap";

    /** The number of nodes. */
    public static final int NODES = 3;

    private static final int NO_NODE = -1;

    /** A fault of one node, which lasts until it is {@linkplain #heal healed}. */
    public enum Fault {
        /** All threads of the node are stopped; incoming messages wait. */
        FREEZE,
        /** The node can neither send nor receive. */
        CUT_OFF,
        /** The node can receive but not send. */
        CANNOT_SEND,
        /** The node can send but not receive. */
        CANNOT_RECEIVE
    }

    /** An action that a node performed while it held a lease. */
    public record LeaderAction(long nanos, long epoch, int node) {}

    private final Map<Integer, Integer> eventsBefore =
            new HashMap<>(); // number of events of earlier scenarios, by node
    private final Set<Integer> down = new HashSet<>();
    private final Set<Integer> frozen = new HashSet<>();

    // ---- implemented by the environment

    /** Returns the time of the clock that all nodes and the test share. */
    protected abstract long nanos();

    /** Returns the name of a node in the roster. */
    protected abstract String name(int node);

    /** Returns the events of a node since its last start. */
    protected abstract List<ScenarioEvent> events(int node);

    /** Returns the events of all incarnations of a node. */
    protected abstract List<ScenarioEvent> allEvents(int node);

    /** Makes the node {@linkplain ScenarioNode#execute execute} a command. */
    protected abstract void execute(int node, String command);

    /** Waits until the condition is true; throws if that takes too long. */
    protected abstract void await(String what, BooleanSupplier condition);

    /** Lets this much time pass. */
    protected abstract void advance(Duration time);

    protected abstract void inject(Fault fault, int node);

    /** Removes all faults. */
    protected abstract void repair();

    protected abstract void killProcess(int node);

    /** Stops the node gracefully; returns when it has ended. */
    protected abstract void stopProcess(int node);

    /** Starts the node again with its original configuration. */
    protected abstract void startProcess(int node);

    /**
     * Returns whether a starting node waits for a state transfer, and so also recovers the messages it published
     * earlier.
     */
    protected abstract boolean waitsForStateTransfer();

    // ---- faults

    /** Starts a scenario: all nodes run without faults, and messages received earlier are ignored. */
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

    /** Kills the node like {@code kill -9}. */
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

    /** Returns the nodes that are neither stopped nor frozen. */
    private List<Integer> running() {
        return nodes().filter(node -> !down.contains(node) && !frozen.contains(node))
                .toList();
    }

    // ---- leadership

    /** Waits until a node acts as the leader. */
    final LeaderAction awaitLeader() {
        return awaitAction(NO_NODE, nanos());
    }

    /** Waits for an action of a node other than {@code old} after {@code since}, and returns the first. */
    protected LeaderAction awaitOtherLeader(int old, long since) {
        return awaitAction(old, since);
    }

    private LeaderAction awaitAction(int except, long since) {
        await(
                "an action of a leader" + (except == NO_NODE ? "" : " other than " + name(except)),
                () -> firstAction(except, since).isPresent());
        return firstAction(except, since).orElseThrow();
    }

    private Optional<LeaderAction> firstAction(int except, long since) {
        return running().stream()
                .filter(node -> node != except)
                .flatMap(node -> actions(node, events(node))
                        .filter(leaderAction -> leaderAction.nanos > since)
                        .limit(1))
                .min(Comparator.comparingLong(LeaderAction::nanos));
    }

    private static Stream<LeaderAction> actions(int node, List<ScenarioEvent> events) {
        return events.stream()
                .filter(scenarioEvent -> scenarioEvent.is("act"))
                .map(scenarioEvent ->
                        new LeaderAction(scenarioEvent.nanos(), Long.parseLong(scenarioEvent.text()), node));
    }

    /** Returns all actions of a node. */
    final List<LeaderAction> actions(int node) {
        return actions(node, allEvents(node)).toList();
    }

    /** Returns the actions of all nodes, in the order of the clock. */
    final List<LeaderAction> actions() {
        return nodes().flatMap(node -> actions(node).stream())
                .sorted(Comparator.comparingLong(LeaderAction::nanos))
                .toList();
    }

    /** Returns the latest leadership known to the node, as {@code NAME EPOCH@CLUSTER}. */
    final String leadership(int node) {
        return ScenarioEvent.last(events(node), "leader")
                .map(ScenarioEvent::text)
                .orElse("");
    }

    /**
     * Returns the epochs of messages published by leaders, in the order in which the node received them since its
     * start.
     */
    final List<Long> epochs(int node) {
        return events(node).stream()
                .filter(scenarioEvent -> scenarioEvent.is("epoch"))
                .map(scenarioEvent -> Long.valueOf(scenarioEvent.text()))
                .toList();
    }

    // ---- membership

    /**
     * Waits until every running node has exactly the running nodes in its roster, and all are connected to each other.
     */
    protected void awaitConverged() {
        Set<String> names = running().stream().map(this::name).collect(Collectors.toSet());
        await(
                "the roster " + names + " on all nodes",
                () -> running().stream().allMatch(node -> isConverged(events(node), names)));
    }

    private static boolean isConverged(List<ScenarioEvent> events, Set<String> names) {
        Optional<ScenarioEvent> status = ScenarioEvent.last(events, "status")
                .filter(scenarioEvent -> scenarioEvent.text().equals("true"));
        Optional<ScenarioEvent> roster = ScenarioEvent.last(events, "roster")
                .filter(scenarioEvent -> names(scenarioEvent).equals(names));
        return status.isPresent()
                && roster.isPresent()
                && status.get().nanos() > roster.get().nanos(); // the status was reported with this roster
    }

    /** Parses {@code [NAME, NAME]}. */
    private static Set<String> names(ScenarioEvent roster) {
        String list = roster.text().substring(1, roster.text().length() - 1);
        return Stream.of(list.split(", ")).collect(Collectors.toSet());
    }

    // ---- messages

    /** Publishes a message on a node; returns when it has been published. */
    final void publish(int node, String text) {
        execute(node, "publish " + text);
        awaitPublished(node, text);
    }

    /**
     * Publishes {@code count} messages of {@code size} characters on a node, beginning with {@code WORD-0}, {@code
     * WORD-1} and so on.
     */
    final void burst(int node, int count, int size, String word) {
        execute(node, "burst " + count + " " + size + " " + word);
        awaitPublished(node, word + "-" + (count - 1));
    }

    private void awaitPublished(int node, String text) {
        await(
                name(node) + " publishes " + text,
                () -> ScenarioEvent.last(events(node), "took")
                        .filter(scenarioEvent -> scenarioEvent.text().equals(text))
                        .isPresent());
    }

    /**
     * Returns the messages that the node's subscriber received since the scenario began or the node started, in order,
     * with a {@link #GAP} for each gap.
     */
    final List<String> read(int node) {
        return events(node).stream()
                .skip(eventsBefore.getOrDefault(node, 0))
                .filter(scenarioEvent -> scenarioEvent.is("read") || scenarioEvent.is(GAP))
                .map(scenarioEvent -> scenarioEvent.is(GAP) ? GAP : scenarioEvent.text())
                .toList();
    }

    /** Returns all messages retained by the node's hub, in its order. */
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
