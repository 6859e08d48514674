package dev.ginkgo.testing.cluster;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BooleanSupplier;

/** Runs the scenarios on the nodes of a {@link TestCluster}. */
final class SimulatedScenarioCluster extends ScenarioCluster implements AutoCloseable {
    private final List<List<List<ScenarioEvent>>> eventsByIncarnation =
            List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
    private final TestCluster<ScenarioNode> cluster = TestCluster.of(NODES, this::scenarioNode);

    private ScenarioNode scenarioNode(int node) {
        List<ScenarioEvent> events = new CopyOnWriteArrayList<>();
        eventsByIncarnation.get(node).add(events);
        return new ScenarioNode(text -> events.add(ScenarioEvent.parse(text).orElseThrow()));
    }

    @Override
    protected long nanos() {
        return cluster.clock().nanos();
    }

    @Override
    protected String name(int node) {
        return cluster.node(node).name();
    }

    @Override
    protected List<ScenarioEvent> events(int node) {
        return List.copyOf(eventsByIncarnation.get(node).getLast());
    }

    @Override
    protected List<ScenarioEvent> allEvents(int node) {
        return eventsByIncarnation.get(node).stream().flatMap(List::stream).toList();
    }

    @Override
    protected void execute(int node, String command) {
        cluster.node(node).root().execute(command);
    }

    @Override
    protected void await(String what, BooleanSupplier condition) {
        cluster.await(what, condition);
    }

    @Override
    protected void advance(Duration time) {
        cluster.advance(time);
    }

    @Override
    protected void inject(Fault fault, int node) {
        TestNode<ScenarioNode> here = cluster.node(node);
        List<TestNode<ScenarioNode>> others =
                cluster.nodes().stream().filter(other -> other != here).toList();
        switch (fault) {
            case FREEZE -> cluster.pause(here);
            case CUT_OFF -> cluster.partition(here);
            case CANNOT_SEND -> others.forEach(other -> cluster.cut(here, other));
            case CANNOT_RECEIVE -> others.forEach(other -> cluster.cut(other, here));
        }
    }

    @Override
    protected void repair() {
        cluster.heal();
        cluster.nodes().stream().filter(TestNode::isPaused).forEach(cluster::resume);
    }

    @Override
    protected void killProcess(int node) {
        cluster.kill(cluster.node(node));
    }

    @Override
    protected void stopProcess(int node) {
        cluster.stop(cluster.node(node));
    }

    @Override
    protected void startProcess(int node) {
        cluster.start(cluster.node(node));
    }

    /** The clock does not advance while a node starts. */
    @Override
    protected boolean waitsForStateTransfer() {
        return false;
    }

    @Override
    public void close() {
        cluster.close();
    }
}
