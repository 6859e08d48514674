package dev.ginkgo.processes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.config.Address;
import dev.ginkgo.testing.cluster.ScenarioCluster;
import dev.ginkgo.testing.cluster.ScenarioEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.awaitility.Awaitility;

/** Three processes on separate hosts. Prints takeover and convergence times, and asserts their limits. */
final class ProcessScenarioCluster extends ScenarioCluster implements AutoCloseable {
    private static final int PORT = 4440;
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private static final String HUB = """
            http.enabled = false
            [hub.transport]
            engine = "zeromq"
            """;

    /** A fault of a cable or a process, or its repair. */
    private interface Step {
        void run() throws Exception;
    }

    private final ProcessCluster processCluster = new ProcessCluster();
    private final NamespaceNetwork namespaceNetwork = new NamespaceNetwork(NODES);
    private final Duration maxTakeover;
    private final Duration maxConvergence;
    private final List<Step> repairs = new ArrayList<>();
    private boolean starting = true;

    /**
     * Starts the processes and waits until all three are voters.
     *
     * @param maxTakeover maximum time until another node leads
     * @param maxConvergence maximum time until the cluster has converged after a repair
     */
    ProcessScenarioCluster(Path folder, Duration maxTakeover, Duration maxConvergence) throws Exception {
        this.maxTakeover = maxTakeover;
        this.maxConvergence = maxConvergence;
        try {
            List<Address> all = nodes().map(ProcessScenarioCluster::address).toList();
            for (int node = 0; node < NODES; node++) {
                processCluster.add(new NodeProcess(
                        all.get(node), folder, all, namespaceNetwork.commandPrefix(node + 1), "insecure = true", HUB));
            }
            await("three voters", () -> get(processCluster::allVote));
        } catch (Exception | Error e) {
            close();
            throw e;
        }
    }

    private static Address address(int node) {
        return new Address(NamespaceNetwork.address(node + 1), PORT);
    }

    private static <T> T get(Callable<T> query) {
        try {
            return query.call();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void run(Step step) {
        get(() -> {
            step.run();
            return "";
        });
    }

    private NodeProcess process(int node) {
        return processCluster.nodes().get(node);
    }

    @Override
    protected long nanos() {
        return System.nanoTime();
    }

    @Override
    protected String name(int node) {
        return address(node).toString();
    }

    @Override
    protected List<ScenarioEvent> events(int node) {
        return get(process(node)::reports);
    }

    @Override
    protected List<ScenarioEvent> allEvents(int node) {
        return get(process(node)::allReports);
    }

    @Override
    protected void execute(int node, String command) {
        run(() -> process(node).send(command));
    }

    @Override
    protected void await(String what, BooleanSupplier condition) {
        Awaitility.await(what).atMost(TIMEOUT).until(condition::getAsBoolean);
    }

    @Override
    protected void advance(Duration time) {
        long began = nanos();
        await("time passes", () -> nanos() - began >= time.toNanos());
    }

    @Override
    protected void inject(Fault fault, int node) {
        int host = node + 1;
        switch (fault) {
            case FREEZE ->
                inject(() -> process(node).signal("STOP"), () -> process(node).signal("CONT"));
            case CUT_OFF -> inject(() -> namespaceNetwork.disconnect(host), () -> namespaceNetwork.reconnect(host));
            case CANNOT_SEND ->
                inject(() -> namespaceNetwork.dropOutgoing(host), () -> namespaceNetwork.restoreOutgoing(host));
            case CANNOT_RECEIVE ->
                inject(() -> namespaceNetwork.dropIncoming(host), () -> namespaceNetwork.restoreIncoming(host));
        }
    }

    private void inject(Step fault, Step repair) {
        run(fault);
        repairs.add(repair);
    }

    @Override
    protected void repair() {
        repairs.forEach(ProcessScenarioCluster::run);
        repairs.clear();
    }

    @Override
    protected void killProcess(int node) {
        process(node).kill();
    }

    @Override
    protected void stopProcess(int node) {
        run(process(node)::stop);
        assertThat(get(process(node)::awaitExit)).as("%s exits", name(node)).isTrue();
    }

    @Override
    protected void startProcess(int node) {
        starting = true;
        run(process(node)::restart);
    }

    @Override
    protected boolean waitsForStateTransfer() {
        return true;
    }

    // ---- time limits

    @Override
    protected LeaderAction awaitOtherLeader(int old, long since) {
        LeaderAction leaderAction = super.awaitOtherLeader(old, since);
        Duration taken = Duration.ofNanos(leaderAction.nanos() - since);
        System.out.printf("scenario: first action of the next leader after %d ms%n", taken.toMillis());
        assertThat(taken).as("time until another node leads").isLessThan(maxTakeover);
        return leaderAction;
    }

    @Override
    protected void awaitConverged() {
        long began = nanos();
        super.awaitConverged();
        Duration taken = Duration.ofNanos(nanos() - began);
        System.out.printf(
                "scenario: converged after %d ms%s%n", taken.toMillis(), starting ? " (with a process start)" : "");
        if (!starting) {
            assertThat(taken).as("time until the cluster has converged").isLessThan(maxConvergence);
        }
        starting = false;
    }

    @Override
    public void close() {
        try {
            run(processCluster::close);
        } finally {
            run(namespaceNetwork::remove);
        }
    }
}
