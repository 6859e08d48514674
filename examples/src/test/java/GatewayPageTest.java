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

/** The gateway's page in a browser, when its stream ends or is rejected, and when the gateway restarts. */
class GatewayPageTest {
    private static final String UNUSED_ADDRESS = "127.0.0.1:1";
    private static final String ANY_PORT = "127.0.0.1:0";
    private static final String SHORT_STREAMS = "max-lifetime = '1s'";

    private final NumberGateway gateway = new NumberGateway();
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    @DisplayName("G-05 the page uses one connection; when it ends repeatedly no message is lost or duplicated")
    void resumes_whenStreamsEnd() throws Exception {
        try (Ginkgo alone = Ginkgo.start(gateway, NumberGatewayTest.settings(UNUSED_ADDRESS, ANY_PORT, SHORT_STREAMS));
                Browser browser = new Browser()) {
            int before = gateway.hub.stats().subscribers();
            open(browser);
            assertThat(gateway.hub.stats().subscribers()).isEqualTo(before + 1);

            // When
            eventually().until(() -> {
                publish();
                return gateway.hub.stats().resumed() >= 3;
            });

            // Then
            assertNothingLost(browser);
            assertThat(alone.status().notReady()).isNotEmpty(); // because there is no number server
        }
    }

    @Test
    @DisplayName("G-05 when the page's EventSource gives up, the page opens a new one that resumes after the last id")
    void resumes_whenTheStreamWasRejected() throws Exception {
        String settings =
                NumberGatewayTest.settings(UNUSED_ADDRESS, ANY_PORT, SHORT_STREAMS + "\n[hub]\nmax-patterns = 1");
        try (Ginkgo alone = Ginkgo.start(gateway, settings);
                Browser browser = new Browser()) {
            open(browser);
            publish();

            // When another subscriber uses up the limit, so that the page is rejected
            Subscription other =
                    eventually().until(this::subscribe, Optional::isPresent).orElseThrow();
            publish();
            eventually().until(() -> browser.consoleMessages().stream().anyMatch(each -> each.contains("429")));
            publish();
            other.close();

            // Then
            eventually().until(() -> gateway.hub.stats().resumed() > 0);
            publish();
            assertNothingLost(browser);
            assertThat(alone.status().notReady()).isNotEmpty();
        }
    }

    @Test
    @DisplayName("G-05 when the gateway restarts the page reconnects, and shows that messages may be lost")
    void reconnects_whenTheGatewayRestarts() throws Exception {
        try (Browser browser = new Browser()) {
            Address address;
            try (Ginkgo first = Ginkgo.start(gateway, NumberGatewayTest.settings(UNUSED_ADDRESS, ANY_PORT, ""))) {
                address = gateway.hub.address();
                open(browser);
                publish();
                assertNothingLost(browser);
                first.stop();
            }
            eventually().until(() -> browser.text("connection").contains("is unreachable"));

            // When
            NumberGateway restarted = new NumberGateway();
            try (Ginkgo second =
                    Ginkgo.start(restarted, NumberGatewayTest.settings(UNUSED_ADDRESS, address.toString(), ""))) {
                restarted.hub.publish("/numbers", "7");

                // Then
                eventually().until(() -> browser.text("received").equals("2"));
                assertThat(browser.text("number")).isEqualTo("7");
                assertThat(browser.text("connection")).isEqualTo("live from " + address);
                assertThat(browser.text("lost")).isEqualTo("unknown");
                assertThat(browser.text("reconnections")).isEqualTo("1");
                assertThat(browser.text("events"))
                        .containsSubsequence(
                                "messages may be lost",
                                "connected to " + address + ", resuming after the last",
                                address + " is unreachable",
                                "the node closes the stream: stopping",
                                "connected to " + address);
                eventually().until(() -> browser.text("leader").equals("127.0.0.1:4440"));
                assertThat(second.status().notReady()).isNotEmpty();
            }
        }
    }

    @Test
    @DisplayName("G-05 the page shows members that other nodes list before they report themselves, and the leader")
    void showsMembersListedByOthers() throws Exception {
        MessageHub hub = new MessageHub(); // does not publish reports: the page receives only those of this test
        try (Ginkgo alone = Ginkgo.start(hub, page(""));
                Browser browser = new Browser()) {
            browser.open(hub.url().orElseThrow());
            eventually().until(() -> browser.text("connection").startsWith("live from"));

            // When
            hub.publish("/cluster", report("10.0.0.2:4440", false, "null"));
            eventually().until(() -> browser.text("members").contains("10.0.0.3:4440"));
            assertThat(browser.text("leader")).isEqualTo("none");
            hub.publish("/cluster", report("10.0.0.3:4440", true, "\"8@mesh-1\""));

            // Then
            eventually().until(() -> browser.text("leader").equals("10.0.0.3:4440"));
            assertThat(browser.text("epoch")).isEqualTo("8");
            assertThat(browser.text("events"))
                    .containsSubsequence("10.0.0.3:4440 is the leader, epoch 8", "10.0.0.3:4440 is a member");

            // And when invalid reports, an invalid number and HTML are published
            hub.publish("/cluster", "[1");
            hub.publish("/cluster", "{\"node\":\"x\",\"members\":7}");
            hub.publish("/numbers", "<img src=x onerror=alert(1)>");

            // Then they are shown as text and do no harm
            eventually().until(() -> browser.text("number").equals("<img src=x onerror=alert(1)>"));
            assertThat(browser.text("events")).contains("on /cluster that is not a report");
            assertThat(browser.text("leader")).isEqualTo("10.0.0.3:4440");
            assertThat(browser.consoleMessages()).isEmpty();
            assertThat(alone.status().ready()).isTrue();
        }
    }

    @Test
    @DisplayName("G-05 when its node dies the page connects to another one, and shows this and that messages may be"
            + " lost")
    void connectsToAnotherNode_whenItsNodeDies() throws Exception {
        LocalGroup group = new LocalGroup();
        Node first = new Node(group);
        Node second = new Node(group);
        try (Browser browser = new Browser();
                Ginkgo firstTree = Ginkgo.start(first, node(1));
                Ginkgo secondTree = Ginkgo.start(second, node(2))) {
            browser.open(first.hub.url().orElseThrow());
            eventually().until(() -> browser.text("connection").equals("live from " + first.hub.address()));
            eventually().until(() -> browser.text("leader").equals("127.0.0.1:1"));
            eventually().until(() -> browser.text("members").contains("127.0.0.1:2"));
            Address oldAddress = first.hub.address();

            // When the node has stopped and left the roster
            firstTree.stop();

            // Then
            eventually().until(() -> browser.text("connection").equals("live from " + second.hub.address()));
            second.hub.publish("/numbers", "9");
            eventually().until(() -> browser.text("number").equals("9"));
            eventually().until(() -> browser.text("leader").equals("127.0.0.1:2"));
            assertThat(browser.text("epoch")).isEqualTo("2");
            assertThat(browser.text("lost")).isEqualTo("unknown"); // these two hubs are not connected
            assertThat(browser.text("events"))
                    .containsSubsequence(
                            "127.0.0.1:2 is the leader, epoch 2",
                            "connected to " + second.hub.address(),
                            oldAddress + " is unreachable",
                            "the node closes the stream: stopping");
            eventually()
                    .until(
                            () -> browser.run("return document.querySelector('tr.reads td')?.innerText ?? ''"),
                            "127.0.0.1:2"::equals);
            assertThat(browser.text("commands"))
                    .contains("curl -N " + second.hub.url().orElseThrow() + "/numbers");
            assertThat(secondTree.status().ready()).isTrue();
        }
    }

    /** A node that publishes reports about its cluster. */
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

    /** Returns the settings of a hub that serves the page. */
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
        eventually().until(() -> browser.text("connection").startsWith("live from"));
    }

    private void publish() {
        gateway.hub.publish("/numbers", Integer.toString(sent.getAndIncrement() % 11));
    }

    /** Uses up the limit of one pattern, once it is free. */
    private Optional<Subscription> subscribe() {
        try {
            return Optional.of(gateway.hub.subscribe("/other/*"));
        } catch (HubRejectedException e) {
            return Optional.empty();
        }
    }

    private void assertNothingLost(Browser browser) {
        eventually().untilAsserted(() -> assertThat(browser.text("received")).isEqualTo(sent.toString()));
        assertThat(browser.text("lost")).isEqualTo("0");
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(30)).pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(10));
    }
}
