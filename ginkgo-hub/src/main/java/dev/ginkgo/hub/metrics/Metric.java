package dev.ginkgo.hub.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * One number that the hub tells about itself, whoever asks: the page {@code /-/metrics}, or a registry of the program.
 *
 * @param name {@code ginkgo.hub.published}
 * @param isCounter whether it only rises
 * @param help in a line
 * @param reason the value of the label {@code reason}; empty if it has none
 * @param value takes it out of what was read
 */
public record Metric(
        String name, boolean isCounter, String help, String reason, ToDoubleFunction<MetricsSnapshot> value) {
    public static final String DELAY = "ginkgo.hub.delay";
    public static final String DELAY_HELP = "From the publish of the oldest message of a write to the end of the write";
    public static final String DEPTH = "ginkgo.hub.queue.depth";
    public static final String DEPTH_HELP = "Messages that HTTP readers have yet to be sent, all together";
    public static final String MAX_DEPTH = "ginkgo.hub.queue.depth.max";
    public static final String MAX_DEPTH_HELP = "The same of the reader that is farthest behind";

    /** All but the delays and the depths, which are read in another way. */
    public static List<Metric> all() {
        List<Metric> all = new ArrayList<>(List.of(
                counter(
                        "published",
                        "Messages taken",
                        read -> read.counters().published.sum()),
                counter(
                        "delivered",
                        "Messages handed to a reader",
                        read -> read.counters().delivered()),
                counter(
                        "replayed",
                        "Messages of them that were older than their reader",
                        read -> read.counters().replayed()),
                counter(
                        "resumed",
                        "Readers that asked for older messages and got all of them",
                        read -> read.counters().resumed.sum()),
                counter(
                        "not.recovered",
                        "Readers that asked for older messages, of which some were gone",
                        read -> read.counters().notRecovered.sum()),
                counter(
                        "gaps",
                        "How often a reader was told that it had missed something",
                        read -> read.counters().gaps()),
                new Metric(
                        "ginkgo.hub.dropped",
                        true,
                        "Messages that readers have missed",
                        "slow",
                        read -> read.counters().dropped()),
                counter(
                        "fenced",
                        "Messages kept out because the leadership that they were published under is over",
                        read -> read.peers().fenced()),
                counter(
                        "writes",
                        "Writes to the sockets of readers",
                        read -> read.counters().writes()),
                counter(
                        "wakeups",
                        "How often a publish woke an event loop",
                        read -> read.counters().wakeUps.sum()),
                gauge("connections", "Connections that are open", MetricsSnapshot::connections),
                gauge(
                        "subscribers",
                        "Who reads: connections, and programs",
                        read -> read.store().subscribers()),
                gauge(
                        "channels",
                        "Channels with messages or readers",
                        read -> read.store().channels()),
                gauge(
                        "patterns",
                        "Patterns, lists and conflated channels that are read",
                        read -> read.store().patterns()),
                gauge(
                        "views",
                        "What is read, in a framing",
                        read -> read.store().views()),
                gauge(
                        "peers",
                        "Other nodes that hear this one",
                        read -> read.peers().ready()),
                gauge(
                        "peers.dropped",
                        "Messages that the nodes that are there were not sent; they ask for what they miss",
                        read -> read.peers().dropped()),
                gauge(
                        "peers.queued.bytes",
                        "Bytes that wait for other nodes",
                        read -> read.peers().queued()),
                gauge(
                        "held.bytes",
                        "What the store holds of its budget",
                        read -> read.store().storedBytes()),
                gauge(
                        "pinned.bytes",
                        "Bytes of writes that wait for their sockets",
                        read -> read.counters().pinnedBytes())));
        for (DisconnectReason reason : DisconnectReason.values()) {
            all.add(new Metric(
                    "ginkgo.hub.disconnects",
                    true,
                    "Connections that have ended",
                    reason.text(),
                    read -> read.counters().disconnects(reason)));
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
