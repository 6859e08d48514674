package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.TestHub;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.management.ObjectName;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What an idle stream of lines over HTTP/1.1 keeps on the heap, by the histogram of the JVM after a full collection. */
class IdleSubscriberMemoryTest {
    private static final int FEW = 50;
    private static final int MANY = 450;

    /** Maximum bytes of objects of the hub's own classes per subscriber: its state, cursor, entry, socket, and what ends with it. */
    private static final double MAX_HUB_BYTES = 272;

    /** Maximum bytes of objects of the hub and of Netty per subscriber, without the JDK's sets and byte arrays. */
    private static final double MAX_BYTES = 352;

    private static final Pattern LINE = Pattern.compile("\\s*\\d+:\\s+(\\d+)\\s+(\\d+)\\s+(\\S+).*");

    private record Size(double instances, double bytes) {}

    @Test
    @DisplayName(
            "H-304 an idle subscriber keeps nothing of its request and of its channel, and 272 bytes of objects of the hub")
    void idleSubscriber_keepsFewObjects() throws Exception {
        try (TestHub testHub = TestHub.start("max-connections-per-address = 1000", "heartbeat = '1h'", "loops = 1");
                ClientGroup _ = ClientGroup.of(FEW, _ -> testHub.lines("/quiet"))) {
            Map<String, Size> before = histogram(testHub, FEW);

            // When
            try (ClientGroup _ = ClientGroup.of(MANY, _ -> testHub.lines("/quiet"))) {
                Map<String, Size> perSubscriber = difference(before, histogram(testHub, FEW + MANY));

                // Then
                Predicate<String> ofHub =
                        name -> name.startsWith("dev.ginkgo.") && !name.contains("Test") && !name.contains(".testing.");
                Predicate<String> ofNetty = name -> name.contains("io.netty.");
                double hubBytes = bytes(perSubscriber, ofHub);
                double bytes = bytes(perSubscriber, ofHub.or(ofNetty));
                Measurements.record("heap of the hub's own objects per idle subscriber, bytes", hubBytes);
                Measurements.record("heap of the hub's and Netty's objects per idle subscriber, bytes", bytes);
                assertThat(perSubscriber)
                        .as("one per subscriber")
                        .containsKey("dev.ginkgo.hub.delivery.StreamSubscriber");
                assertThat(perSubscriber.keySet())
                        .as("of the request and its connection")
                        .noneMatch(name -> name.contains(".hub.http.h1.") || name.contains(".codec.http."))
                        .noneMatch(name -> name.startsWith("dev.ginkgo.hub.http.server."))
                        .doesNotContain(
                                "dev.ginkgo.hub.channel.SubscribeRequest",
                                "dev.ginkgo.hub.channel.ChannelSelector",
                                "dev.ginkgo.hub.log.StartPosition",
                                "io.netty.util.DefaultAttributeMap$DefaultAttribute",
                                "io.netty.channel.epoll.EpollSocketChannel",
                                "java.net.InetSocketAddress");
                assertThat(perSubscriber.keySet())
                        .as("created once for all, or when needed")
                        .doesNotContain(
                                "dev.ginkgo.hub.framing.StreamEncoder",
                                "dev.ginkgo.hub.connection.StreamInputDiscarder",
                                "dev.ginkgo.hub.delivery.WriteStallDetector",
                                "dev.ginkgo.hub.connection.ConnectionLifetime",
                                "java.util.concurrent.ConcurrentHashMap$Node",
                                "java.util.LinkedHashMap$Entry");
                assertThat(hubBytes).as("%s", perSubscriber).isLessThanOrEqualTo(MAX_HUB_BYTES);
                assertThat(bytes).as("%s", perSubscriber).isLessThanOrEqualTo(MAX_BYTES);
            }
        }
    }

    private static double bytes(Map<String, Size> perSubscriber, Predicate<String> classes) {
        return perSubscriber.entrySet().stream()
                .filter(each -> classes.test(each.getKey()))
                .mapToDouble(each -> each.getValue().bytes)
                .sum();
    }

    /** Returns the classes with a new object for at least every second additional subscriber. */
    private static Map<String, Size> difference(Map<String, Size> before, Map<String, Size> after) {
        Map<String, Size> difference = new TreeMap<>();
        after.forEach((name, size) -> {
            Size old = before.getOrDefault(name, new Size(0, 0));
            double instances = (size.instances - old.instances) / MANY;
            if (instances >= 0.5) {
                difference.put(name, new Size(instances, (size.bytes - old.bytes) / MANY));
            }
        });
        return difference;
    }

    private static Map<String, Size> histogram(TestHub testHub, int subscribers) throws Exception {
        await().until(() -> testHub.hub().stats().subscribers() == subscribers);
        String text = (String) ManagementFactory.getPlatformMBeanServer()
                .invoke(
                        new ObjectName("com.sun.management:type=DiagnosticCommand"),
                        "gcClassHistogram",
                        new Object[] {new String[0]},
                        new String[] {String[].class.getName()});
        Map<String, Size> sizes = new HashMap<>();
        text.lines().map(LINE::matcher).filter(Matcher::matches).forEach(line -> {
            double instances = Double.parseDouble(line.group(1));
            sizes.put(line.group(3), new Size(instances, Double.parseDouble(line.group(2))));
        });
        return sizes;
    }
}
