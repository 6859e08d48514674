package dev.ginkgo.processes;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.hub.MessageHub;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/**
 * A node in a process of its own. It says on its output, with the clock that all processes of the machine share, who is
 * in the roster, and each of the hundred acts a second that it does while it holds a valid lease. With a hub it also
 * publishes the epoch of each act, under its lease, on {@code /epochs}. It stops in order when its input ends.
 */
final class NodeMain extends Service {
    final Cluster cluster = add("cluster", new Cluster());
    private final Optional<MessageHub> hub;

    private NodeMain(boolean withHub) {
        hub = withHub ? Optional.of(add("hub", new MessageHub(cluster))) : Optional.empty();
    }

    @Override
    protected void onStart() {
        cluster.onRoster(
                members -> say("roster " + members.stream().map(Member::name).toList()));
        every("act", () -> Duration.ofMillis(10), () -> cluster.ifLeading(this::act));
        every("status", () -> Duration.ofMillis(100), () -> say("status " + status().ready()));
    }

    private void act(Lease lease) {
        say("act " + lease.epoch().number());
        hub.ifPresent(
                open -> open.publish("/epochs", Long.toString(lease.epoch().number()), lease));
    }

    private void say(String what) {
        synchronized (System.out) {
            System.out.println(time().nanos() + " " + what);
            System.out.flush();
        }
    }

    /** Takes the settings, and {@code hub} if there is to be one. */
    public static void main(String[] args) throws Exception {
        Ginkgo tree = Ginkgo.of(new NodeMain(args.length > 1))
                .configuration(Configuration.none().text("node.toml", args[0]))
                .start();

        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {}
        tree.root().stop();
    }
}
