import dev.ginkgo.*;
import dev.ginkgo.cluster.*;
import dev.ginkgo.cluster.model.*;
import dev.ginkgo.hub.*;
import dev.ginkgo.hub.message.*;
import java.time.Duration;
import java.util.stream.Collectors;

/**
 * Publishes a JSON report on {@code /cluster} every second: the members that this node knows, and the load of its hub.
 */
final class ClusterReport extends Service {
    private final MessageHub hub;
    private final Cluster cluster;

    ClusterReport(MessageHub hub, Cluster cluster) {
        this.hub = hub;
        this.cluster = cluster;
    }

    @Override
    protected void onStart() {
        every("report", () -> Duration.ofSeconds(1), this::publish);
    }

    private void publish() {
        try {
            hub.publish("/cluster", json());
        } catch (HubRejectedException | UnknownOutcomeException e) {
            log.debug("not published: {}", e.getMessage()); // the state of the hub says why
        }
    }

    private String json() {
        HubStats stats = hub.stats();
        return """
                {"node":%s,"leads":%b,"epoch":%s,"members":[%s],"published":%d,"delivered":%d,"readers":%d}""".formatted(
                        quoted(cluster.identity()),
                        cluster.isLeader(),
                        cluster.lease().map(lease -> quoted(lease.epoch())).orElse("null"),
                        cluster.roster().stream().map(ClusterReport::json).collect(Collectors.joining(",")),
                        stats.published(),
                        stats.delivered(),
                        stats.subscribers());
    }

    private static String json(Member member) {
        return """
                {"name":%s,"url":%s,"version":%s}""".formatted(
                        quoted(member.name()),
                        member.url().map(ClusterReport::quoted).orElse("null"),
                        quoted(member.version()));
    }

    /**
     * Quotes a string. Names, addresses and versions contain no characters that JSON must escape except quotes and
     * backslashes.
     */
    private static String quoted(Object text) {
        return '"' + text.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
