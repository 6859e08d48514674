package dev.ginkgo.run.output;

import dev.ginkgo.config.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Text format of the clusters of a daemon: leader, members and voters, as the daemon's node sees them. */
public final class ClusterView {
    private ClusterView() {}

    /** Formats the response to {@code clusters}. */
    public static String text(ControlResponse response) {
        List<ControlResponse> clusters = response.objects("clusters");
        return clusters.isEmpty()
                ? "no cluster: the program has no service of the class Cluster"
                : String.join("\n", clusters.stream().map(ClusterView::cluster).toList());
    }

    private static String cluster(ControlResponse cluster) {
        List<ControlResponse> members = cluster.objects("members");
        List<String> names = members.stream().map(member -> member.text("name")).toList();
        List<String> lines = new ArrayList<>();
        lines.add(cluster.text("path") + " is " + cluster.text("state") + ", " + count(members.size(), "member") + ", "
                + leader(cluster, names));
        for (String problem : cluster.texts("problems")) {
            lines.add("    " + problem);
        }
        TextTable table = new TextTable("MEMBER", "ROLE", ">INCARNATION", "VERSION", "URL");
        for (ControlResponse member : members) {
            table.row(
                    member.text("name"),
                    role(cluster, member.text("name")),
                    member.text("incarnation"),
                    member.text("version"),
                    member.text("url").isEmpty() ? "-" : member.text("url"));
        }
        for (String voter : cluster.texts("voters")) {
            if (!names.contains(voter)) {
                table.row(voter, "voter, absent", "-", "-", "-");
            }
        }
        lines.addAll(table.lines());
        return String.join("\n", lines);
    }

    private static String leader(ControlResponse cluster, List<String> members) {
        if (!cluster.has("leader")) {
            return "no leader known";
        }
        String leader = cluster.text("leader");
        String lease = cluster.has("leaseMillis")
                ? ", lease valid for " + Durations.toHumanString(Duration.ofMillis(cluster.number("leaseMillis")))
                : "";
        boolean leads = members.contains(leader) && !hasLostLease(cluster);
        return (leads ? "leader " : "no leader; the last one was ") + leader + " in epoch " + cluster.text("epoch")
                + lease;
    }

    /** Returns whether this node is the last known leader, but its lease has expired. */
    private static boolean hasLostLease(ControlResponse cluster) {
        return cluster.text("leader").equals(cluster.text("self")) && !cluster.has("leaseMillis");
    }

    private static String role(ControlResponse cluster, String name) {
        List<String> roles = new ArrayList<>();
        if (cluster.text("leader").equals(name) && !hasLostLease(cluster)) {
            roles.add("leader");
        }
        List<String> voters = cluster.texts("voters");
        if (voters.contains(name)) {
            roles.add("voter");
        } else if (!voters.isEmpty()) {
            roles.add("learner");
        }
        if (cluster.text("self").equals(name)) {
            roles.add("this node");
        }
        return roles.isEmpty() ? "-" : String.join(", ", roles);
    }

    private static String count(int number, String unit) {
        return number + " " + unit + (number == 1 ? "" : "s");
    }
}
