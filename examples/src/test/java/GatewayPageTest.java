import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.local.LocalGroup;
import dev.ginkgo.config.Address;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.HubRejectedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** The gateway's page in a browser, while its stream ends, is refused, or the gateway is started anew. */
class GatewayPageTest {
    private static final String NOBODY = "127.0.0.1:1";
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final String SHORT_STREAMS = "max-lifetime = '1s'";

    private final NumberGateway gateway = new NumberGateway();
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    @DisplayName("G-05 the page reads over one connection; when that ends again and again it loses and doubles nothing")
    void streamEnds() throws Exception {
        try (Ginkgo alone = Ginkgo.start(gateway, NumberGatewayTest.settings(NOBODY, ANY_PORT, SHORT_STREAMS));
                Browser browser = new Browser()) {
            int before = gateway.hub.stats().subscribers();
            open(browser);
            assertThat(gateway.hub.stats().subscribers()).isEqualTo(before + 1);

            // When
            soon().until(() -> {
                publish();
                return gateway.hub.stats().resumed() >= 3;
            });

            // Then
            assertAllArrived(browser);
            assertThat(alone.status().notReady()).isNotEmpty(); // for want of the number server
        }
    }

    @Test
    @DisplayName("G-05 when the page's EventSource gives up, the page opens another one that goes on after its last id")
    void streamIsRefused() throws Exception {
        String settings = NumberGatewayTest.settings(NOBODY, ANY_PORT, SHORT_STREAMS + "\n[hub]\nmax-patterns = 1");
        try (Ginkgo alone = Ginkgo.start(gateway, settings);
                Browser browser = new Browser()) {
            open(browser);
            publish();

            // When somebody else takes its place, so that it is refused
            Subscription other =
                    soon().until(this::subscribe, Optional::isPresent).orElseThrow();
            publish();
            soon().until(() -> browser.complaints().stream().anyMatch(each -> each.contains("429")));
            publish();
            other.close();

            // Then
            soon().until(() -> gateway.hub.stats().resumed() > 0);
            publish();
            assertAllArrived(browser);
            assertThat(alone.status().notReady()).isNotEmpty();
        }
    }

    @Test
    @DisplayName("G-05 when the gateway is started anew the page goes on by itself, and shows that some may be lost")
    void gatewayRestarts() throws Exception {
        try (Browser browser = new Browser()) {
            Address address;
            try (Ginkgo first = Ginkgo.start(gateway, NumberGatewayTest.settings(NOBODY, ANY_PORT, ""))) {
                address = gateway.hub.address();
                open(browser);
                publish();
                assertAllArrived(browser);
                first.stop();
            }
            soon().until(() -> browser.text("connection").contains("is gone"));

            // When
            NumberGateway again = new NumberGateway();
            try (Ginkgo second = Ginkgo.start(again, NumberGatewayTest.settings(NOBODY, address.toString(), ""))) {
                again.hub.publish("/numbers", "7");

                // Then
                soon().until(() -> browser.text("received").equals("2"));
                assertThat(browser.text("number")).isEqualTo("7");
                assertThat(browser.text("connection")).isEqualTo("live from " + address);
                assertThat(browser.text("lost")).isEqualTo("some");
                assertThat(browser.text("reconnections")).isEqualTo("1");
                assertThat(browser.text("events"))
                        .containsSubsequence(
                                "messages may be lost",
                                "reads from " + address + ", after the last",
                                address + " is gone",
                                "the node ends the stream: stopping",
                                "reads from " + address);
                soon().until(() -> browser.text("leader").equals("127.0.0.1:4440"));
                assertThat(second.status().notReady()).isNotEmpty();
            }
        }
    }

    @Test
    @DisplayName("G-05 the page shows members that others have told of before they report themselves, and who leads")
    void othersTellFirst() throws Exception {
        MessageHub hub = new MessageHub(); // no report of its own: the page hears only what is published here
        try (Ginkgo alone = Ginkgo.start(hub, page(""));
                Browser browser = new Browser()) {
            browser.open(hub.url().orElseThrow());
            soon().until(() -> browser.text("connection").startsWith("live from"));

            // When
            hub.publish("/cluster", report("10.0.0.2:4440", false, "null"));
            soon().until(() -> browser.text("members").contains("10.0.0.3:4440"));
            assertThat(browser.text("leader")).isEqualTo("nobody");
            hub.publish("/cluster", report("10.0.0.3:4440", true, "\"8@mesh-1\""));

            // Then
            soon().until(() -> browser.text("leader").equals("10.0.0.3:4440"));
            assertThat(browser.text("epoch")).isEqualTo("8");
            assertThat(browser.text("events"))
                    .containsSubsequence("10.0.0.3:4440 leads, epoch 8", "10.0.0.3:4440 is a member");

            // And when somebody publishes what is no report, no number, and no text for a page
            hub.publish("/cluster", "[1");
            hub.publish("/cluster", "{\"node\":\"x\",\"members\":7}");
            hub.publish("/numbers", "<img src=x onerror=alert(1)>");

            // Then it is shown for what it is, and harms nothing
            soon().until(() -> browser.text("number").equals("<img src=x onerror=alert(1)>"));
            assertThat(browser.text("events")).contains("on /cluster what is no report");
            assertThat(browser.text("leader")).isEqualTo("10.0.0.3:4440");
            assertThat(browser.complaints()).isEmpty();
            assertThat(alone.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("G-05 when its node dies the page goes to another one by its URL, and says so and what may be lost")
    void nodeDies() throws Exception {
        LocalGroup group = new LocalGroup();
        Node first = new Node(group);
        Node second = new Node(group);
        try (Browser browser = new Browser();
                Ginkgo one = Ginkgo.start(first, node(1));
                Ginkgo two = Ginkgo.start(second, node(2))) {
            browser.open(first.hub.url().orElseThrow());
            soon().until(() -> browser.text("connection").equals("live from " + first.hub.address()));
            soon().until(() -> browser.text("leader").equals("127.0.0.1:1"));
            soon().until(() -> browser.text("members").contains("127.0.0.1:2"));
            Address gone = first.hub.address();

            // When it is gone, and has left the roster
            one.stop();

            // Then
            soon().until(() -> browser.text("connection").equals("live from " + second.hub.address()));
            second.hub.publish("/numbers", "9");
            soon().until(() -> browser.text("number").equals("9"));
            soon().until(() -> browser.text("leader").equals("127.0.0.1:2"));
            assertThat(browser.text("epoch")).isEqualTo("2");
            assertThat(browser.text("lost")).isEqualTo("some"); // these two hubs do not hear each other
            assertThat(browser.text("events"))
                    .containsSubsequence(
                            "127.0.0.1:2 leads, epoch 2",
                            "reads from " + second.hub.address(),
                            gone + " is gone",
                            "the node ends the stream: stopping");
            soon().until(
                            () -> browser.run("return document.querySelector('tr.reads td')?.innerText ?? ''"),
                            "127.0.0.1:2"::equals);
            assertThat(browser.text("commands"))
                    .contains("curl -N " + second.hub.url().orElseThrow() + "/numbers");
            assertThat(two.status().ready()).isTrue();
        }
    }

    /** A node of a cluster that reports what it knows of it. */
    private static final class Node extends Service {
        final Cluster cluster;
        final MessageHub hub;

        Node(LocalGroup group) {
            cluster = add("cluster", new Cluster(group));
            hub = add("hub", new MessageHub(cluster));
            add("report", new ClusterReport(hub, cluster));
        }
    }

    private static String node(int number) {
        return page("").replace("[http]", "[hub.http]") + "[cluster]\nidentity = \"127.0.0.1:" + number + "\"\n";
    }

    /** The settings of a hub that shows the page. */
    private static String page(String more) {
        return """
                [http]
                bind = "127.0.0.1:0"
                page = "%s"
                %s
                """.formatted(Path.of("page").toAbsolutePath(), more);
    }

    private static String report(String node, boolean leads, String epoch) {
        return """
                {"node":"%s","leads":%b,"epoch":%s,"published":1,"delivered":2,"readers":3,"members":[
                 {"name":"10.0.0.2:4440","url":null,"version":"1"},{"name":"10.0.0.3:4440","url":null,"version":"1"}]}""".formatted(node, leads, epoch);
    }

    private void open(Browser browser) {
        browser.open(gateway.hub.url().orElseThrow());
        soon().until(() -> browser.text("connection").startsWith("live from"));
    }

    private void publish() {
        gateway.hub.publish("/numbers", Integer.toString(sent.getAndIncrement() % 11));
    }

    /** Takes the only place for patterns, once it is free. */
    private Optional<Subscription> subscribe() {
        try {
            return Optional.of(gateway.hub.subscribe("/other/*"));
        } catch (HubRejectedException notYet) {
            return Optional.empty();
        }
    }

    private void assertAllArrived(Browser browser) {
        soon().untilAsserted(() -> assertThat(browser.text("received")).isEqualTo(sent.toString()));
        assertThat(browser.text("lost")).isEqualTo("0");
    }

    private static ConditionFactory soon() {
        return await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10));
    }
}
