package dev.ginkgo.mesh;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.config.Configuration;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A node in a process of its own. It says on its output, with the clock that all processes of the machine share, who is
 * in the roster, and each of the hundred acts a second that it does while it holds a valid lease. It stops in order
 * when its input ends.
 */
final class NodeMain extends Service {
    final Cluster cluster = add("cluster", new Cluster());

    @Override
    protected void onStart() {
        cluster.onRoster(
                members -> say("roster " + members.stream().map(Member::name).toList()));
        every(
                "act",
                () -> Duration.ofMillis(10),
                () -> cluster.ifLeading(lease -> say("act " + lease.epoch().number())));
        every("status", () -> Duration.ofMillis(100), () -> say("status " + status().ready()));
    }

    private void say(String what) {
        synchronized (System.out) {
            System.out.println(time().nanos() + " " + what);
            System.out.flush();
        }
    }

    public static void main(String[] args) throws Exception {
        Ginkgo tree = Ginkgo.of(new NodeMain())
                .configuration(Configuration.none().text("node.toml", args[0]))
                .start();

        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {}
        tree.root().stop();
    }
}
