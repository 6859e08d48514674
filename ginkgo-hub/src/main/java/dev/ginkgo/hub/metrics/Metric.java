package dev.ginkgo.hub.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * Counter or gauge of the hub, exported at {@code /-/metrics} and to a Micrometer registry.
 *
 * @param name name with dots, such as {@code ginkgo.hub.published}
 * @param isCounter whether this is a counter, which never decreases, and not a gauge
 * @param help one line of help
 * @param reason value of the label {@code reason}; empty if the metric has no label
 * @param value reads the value from a snapshot
 */
public record Metric(
        String name, boolean isCounter, String help, String reason, ToDoubleFunction<MetricsSnapshot> value) {
    public static final String DELAY = "ginkgo.hub.delay";
    public static final String DELAY_HELP =
            "Time from the publish of the oldest message of a write to the end of the write";
    public static final String DEPTH = "ginkgo.hub.queue.depth";
    public static final String DEPTH_HELP = "Messages not sent yet, over all HTTP subscribers";
    public static final String MAX_DEPTH = "ginkgo.hub.queue.depth.max";
    public static final String MAX_DEPTH_HELP = "Messages not sent yet to the slowest HTTP subscriber";

    /** Returns all metrics except {@link #DELAY}, {@link #DEPTH} and {@link #MAX_DEPTH}, which no snapshot has. */
    public static List<Metric> all() {
        List<Metric> all = new ArrayList<>(List.of(
                counter(
                        "published",
                        "Messages accepted",
                        snapshot -> snapshot.counters().published()),
                counter(
                        "delivered",
                        "Messages delivered to subscribers",
                        snapshot -> snapshot.counters().delivered()),
                counter(
                        "replayed",
                        "Messages delivered from history",
                        snapshot -> snapshot.counters().replayed()),
                counter(
                        "resumed",
                        "Subscriptions that requested history and received all of it",
                        snapshot -> snapshot.counters().resumed()),
                counter(
                        "not.recovered",
                        "Subscriptions that requested history of which some was evicted",
                        snapshot -> snapshot.counters().notRecovered()),
                counter(
                        "gaps",
                        "Gaps reported to subscribers",
                        snapshot -> snapshot.counters().gaps()),
                new Metric(
                        "ginkgo.hub.dropped",
                        true,
                        "Messages that subscribers missed",
                        "slow",
                        snapshot -> snapshot.counters().dropped()),
                counter(
                        "fenced",
                        "Messages rejected because of an older epoch",
                        snapshot -> snapshot.peers().fenced()),
                counter(
                        "writes",
                        "Writes to the sockets of subscribers",
                        snapshot -> snapshot.counters().writes()),
                counter(
                        "wakeups",
                        "Publishes that woke an event loop",
                        snapshot -> snapshot.counters().wakeUps()),
                gauge("connections", "Open connections", MetricsSnapshot::connections),
                gauge(
                        "subscribers",
                        "Subscribers: connections, and subscriptions in the process of the hub",
                        snapshot -> snapshot.store().subscribers()),
                gauge(
                        "channels",
                        "Channels with messages or subscribers",
                        snapshot -> snapshot.store().channels()),
                gauge(
                        "patterns",
                        "Patterns, lists and conflated channels with subscribers",
                        snapshot -> snapshot.store().patterns()),
                gauge(
                        "views",
                        "Channels, patterns and lists with subscribers, counted once for each format",
                        snapshot -> snapshot.store().views()),
                gauge(
                        "peers",
                        "Nodes that receive from this node",
                        snapshot -> snapshot.peers().ready()),
                gauge(
                        "peers.dropped",
                        "Messages not sent to current peers, which request them later",
                        snapshot -> snapshot.peers().dropped()),
                gauge(
                        "peers.queued.bytes",
                        "Bytes queued for other nodes",
                        snapshot -> snapshot.peers().queued()),
                gauge(
                        "held.bytes",
                        "Bytes of the store's budget in use",
                        snapshot -> snapshot.store().storedBytes()),
                gauge(
                        "pinned.bytes",
                        "Bytes of writes that sockets have not accepted yet",
                        snapshot -> snapshot.counters().pinnedBytes())));
        for (DisconnectReason reason : DisconnectReason.values()) {
            all.add(new Metric(
                    "ginkgo.hub.disconnects",
                    true,
                    "Connections that were closed",
                    reason.text(),
                    snapshot -> snapshot.counters().disconnects(reason)));
        }
        return all;
    }

    private static Metric counter(String name, String help, ToDoubleFunction<MetricsSnapshot> value) {
        return new Metric("ginkgo.hub." + name, true, help, "", value);
    }

    private static Metric gauge(String name, String help, ToDoubleFunction<MetricsSnapshot> value) {
        return new Metric("ginkgo.hub." + name, false, help, "", value);
    }
}
