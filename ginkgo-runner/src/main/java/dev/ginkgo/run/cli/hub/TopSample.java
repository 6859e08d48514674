package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.HubAdminPages;
import dev.ginkgo.run.output.ControlResponse;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * State of a program at one moment.
 *
 * @param nanos the moment, on the clock of {@code TimeSource.nanos}
 * @param tree the services
 * @param hubs the hubs, in the order of the tree
 */
record TopSample(long nanos, ControlResponse tree, List<HubSample> hubs) {
    private static final String METRIC_PREFIX = "ginkgo_hub_";

    /**
     * State of a hub.
     *
     * @param address its address
     * @param metrics its metrics, without the prefix that all of them have; of several with one name, their sum
     * @param channels its channels, in the form of {@code /-/channels}
     * @param connections its slowest subscribers, in the form of {@code /-/connections}
     */
    record HubSample(
            String address, Map<String, Double> metrics, ControlResponse channels, ControlResponse connections) {

        static HubSample of(HubAdminPages pages, int limit) throws InterruptedException {
            return new HubSample(
                    pages.hub(),
                    TopSample.metrics(pages.read("/-/metrics")),
                    HubCommand.parse(pages.hub(), pages.read("/-/channels?limit=10000")),
                    HubCommand.parse(pages.hub(), pages.read("/-/connections?limit=" + limit)));
        }

        double metric(String name) {
            return metrics.getOrDefault(name, 0.0);
        }

        /** Returns the number of messages that were published on a channel so far, if the hub reports it. */
        Optional<Long> published(String channel) {
            return channels.objects("some").stream()
                    .filter(each -> each.text("channel").equals(channel) && each.has("published"))
                    .map(each -> each.number("published"))
                    .findFirst();
        }

        private Map<String, @Nullable Object> members() {
            Map<String, @Nullable Object> members = new LinkedHashMap<>();
            members.put("address", address);
            members.put("metrics", metrics);
            members.put("channels", channels.members().get("some"));
            members.put("slowest", connections.members().get("slowest"));
            return members;
        }
    }

    /** Returns the sample as an object for JSON. */
    ControlResponse json() {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("tree", tree.members());
        members.put("hubs", hubs.stream().map(HubSample::members).toList());
        return new ControlResponse(members);
    }

    /** Parses metrics in the text format of Prometheus. Buckets of histograms are left out. */
    static Map<String, Double> metrics(String text) {
        Map<String, Double> metrics = new HashMap<>();
        text.lines()
                .filter(line -> line.startsWith(METRIC_PREFIX) && !line.contains("_bucket{"))
                .forEach(line -> {
                    int end = line.indexOf('{') < 0 ? line.indexOf(' ') : line.indexOf('{');
                    try {
                        double value = Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
                        metrics.merge(line.substring(METRIC_PREFIX.length(), end), value, Double::sum);
                    } catch (NumberFormatException _) {
                        // a value such as +Inf, which no metric of the table has
                    }
                });
        return metrics;
    }
}
