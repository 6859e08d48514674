package dev.ginkgo.processes;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.testing.cluster.ScenarioNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * A node in a separate process. It writes its roster and the voters to its output, and, 100 times per second while it
 * holds a valid lease, a leader action; all with the time of the clock that all processes of the machine share. It stops
 * gracefully when its input ends. With a hub it is a {@link ScenarioNode}, which executes the lines of its input as commands.
 */
final class NodeMain extends Service {
    private final Cluster cluster = add("cluster", new Cluster());
    private List<String> lastVoters = List.of(); // used by the task "status"

    private NodeMain() {}

    @Override
    protected void onStart() {
        cluster.onRoster(members -> print(
                time().nanos() + " roster " + members.stream().map(Member::name).toList()));
        every(
                "act",
                () -> Duration.ofMillis(10),
                () -> cluster.ifLeading(
                        lease -> print(time().nanos() + " act " + lease.epoch().number())));
        every("status", () -> Duration.ofMillis(100), this::printStatus);
    }

    private void printStatus() {
        List<String> voters = cluster.voters();
        if (!voters.equals(lastVoters)) {
            lastVoters = voters;
            print(time().nanos() + " voters " + voters);
        }
        print(time().nanos() + " status " + status().ready());
    }

    private static void print(String line) {
        synchronized (System.out) {
            System.out.println(line);
            System.out.flush();
        }
    }

    /** Arguments: the configuration as TOML, and {@code hub} for a node with a hub. */
    public static void main(String[] args) throws Exception {
        Configuration settings = Configuration.empty().text("node.toml", args[0]);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (args.length > 1) {
            ScenarioNode scenarioNode = new ScenarioNode(NodeMain::print);
            Ginkgo tree = Ginkgo.of(scenarioNode).configuration(settings).start();
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                scenarioNode.execute(line);
            }
            tree.root().stop();
        } else {
            Ginkgo tree = Ginkgo.of(new NodeMain()).configuration(settings).start();
            while (in.readLine() != null) {}
            tree.root().stop();
        }
    }
}
