package dev.ginkgo.hub.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.Proxy;
import dev.ginkgo.hub.testing.ProxyProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import dev.ginkgo.testing.FakeClock;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients whose address a trusted proxy names. */
class ClientsOfProxiesTest {
    private static final String CONNECTIONS = "GET /-/connections HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private static final String REQUEST = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

    /** PROXY protocol version 2: TCP over IPv4, from 198.51.100.7:4660 to 192.0.2.1:80. */
    private static final byte[] VERSION_2 =
            HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "21" + "11" + "000c" + "c6336407c000020112340050");

    /** PROXY protocol version 2: LOCAL, without an address, as for a health check. */
    private static final byte[] LOCAL = HexFormat.of().parseHex("0d0a0d0a000d0a515549540a" + "20" + "00" + "0000");

    @Test
    @DisplayName("H-181 a client behind a trusted proxy has the limits of its own address, and operators see that")
    void forwardedClients_countByTheirOwnAddress() throws Exception {
        // Given
        try (TestHub testHub = TestHub.start("trusted-proxies = ['127.0.0.1']", "max-connections-per-address = 2");
                RawHttpClient one = stream(testHub, "198.51.100.7");
                RawHttpClient two = stream(testHub, "198.51.100.7");
                RawHttpClient other = stream(testHub, "198.51.100.8")) {
            assertThat(one.head()).startsWith("HTTP/1.1 200 ");
            assertThat(two.head()).startsWith("HTTP/1.1 200 ");
            assertThat(other.head()).startsWith("HTTP/1.1 200 ");

            // When
            try (RawHttpClient three = stream(testHub, "198.51.100.7")) {
                // Then
                assertThat(three.response()).startsWith("HTTP/1.1 429 ").contains("too-many-from-address");
            }
            assertThat(connections(testHub)).contains("\"198.51.100.7:0\"").contains("\"198.51.100.8:0\"");

            // When
            one.reset();

            // Then
            await().untilAsserted(() -> {
                try (RawHttpClient three = stream(testHub, "198.51.100.7")) {
                    assertThat(three.head()).startsWith("HTTP/1.1 200 ");
                }
            });
        }
    }

    @Test
    @DisplayName("H-182 the client that a PROXY protocol header names, of version 1 or 2, is the client")
    void proxyProtocol_namesTheClient() throws Exception {
        try (TestHub testHub = TestHub.start(
                        "trusted-proxies = ['127.0.0.1']",
                        "client-address = 'proxy-protocol'",
                        "max-connections-per-address = 1");
                RawHttpClient version1 =
                        testHub.connect().send("PROXY TCP6 2001:db8::7 2001:db8::1 4661 80\r\n" + REQUEST);
                RawHttpClient version2 = testHub.connect().send(VERSION_2).send(REQUEST);
                RawHttpClient direct = new RawHttpClient(testHub.port(), "127.0.0.2").send(REQUEST)) {
            assertThat(version1.head()).startsWith("HTTP/1.1 200 ");
            assertThat(version2.head()).startsWith("HTTP/1.1 200 ");
            assertThat(direct.head()).as("not a proxy").startsWith("HTTP/1.1 200 ");

            // Then the limit per address is that of the client
            try (RawHttpClient second = testHub.connect().send(VERSION_2).send(REQUEST)) {
                assertThat(second.response()).startsWith("HTTP/1.1 429 ");
            }
            // and a client elsewhere is not local, but the proxy itself is
            try (RawHttpClient remote = testHub.connect()
                    .send(concat("PROXY TCP4 203.0.113.9 192.0.2.1 4661 80\r\n".getBytes(ISO_8859_1), CONNECTIONS))) {
                assertThat(remote.response()).contains("loopback-only");
            }
            try (RawHttpClient local = testHub.connect().send(concat(LOCAL, CONNECTIONS))) {
                assertThat(local.response())
                        .contains("\"[2001:db8:0:0:0:0:0:7]:4661\"")
                        .contains("\"198.51.100.7:4660\"");
            }
        }
    }

    @Test
    @DisplayName(
            "H-183 a connection of a trusted proxy without its PROXY protocol header is refused, and closed in time")
    void proxyProtocol_isRequired() throws Exception {
        FakeClock clock = new FakeClock();
        try (TestHub testHub =
                        TestHub.start(clock, "trusted-proxies = ['127.0.0.1']", "client-address = 'proxy-protocol'");
                RawHttpClient without = testHub.connect().send(REQUEST);
                RawHttpClient malformed = testHub.connect().send("PROXY TCP4 nonsense\r\n" + REQUEST);
                RawHttpClient half = testHub.connect().send("PROXY TC")) {
            assertThat(without.readToEnd()).isEmpty();
            assertThat(malformed.readToEnd()).isEmpty();
            await().until(() ->
                    HubAccess.http(testHub.hub()).connectionCount() == 1); // the deadline of the third has begun

            // When
            clock.advance(Duration.ofSeconds(11));

            // Then
            assertThat(half.readToEnd()).isEmpty();
        }
    }

    @Test
    @DisplayName(
            "H-213 a client of a proxy with the PROXY protocol is not local, whatever its address and that of the proxy")
    void proxyProtocol_clientIsNotLocal() throws Exception {
        try (TestHub testHub = TestHub.start("trusted-proxies = ['127.0.0.1']", "client-address = 'proxy-protocol'")) {
            for (String header : List.of("TCP4 127.0.0.1 127.0.0.1 4661 80", "TCP6 ::1 ::1 4661 80", "UNKNOWN")) {
                try (RawHttpClient client = testHub.connect().send("PROXY " + header + "\r\n" + CONNECTIONS)) {
                    assertThat(client.response()).as(header).contains("loopback-only");
                }
            }
        }
    }

    @Test
    @DisplayName(
            "H-214 a WebSocket for publishing and subscribing of a client behind a trusted proxy counts like a stream,"
                    + " and a rejected handshake does not")
    void forwardedSockets_areCounted() throws Exception {
        String request = """
                GET %s HTTP/1.1
                Host: localhost
                X-Forwarded-For: 198.51.100.7
                Upgrade: websocket
                Connection: Upgrade
                Sec-WebSocket-Version: %d
                Sec-WebSocket-Protocol: ginkgo.v1
                Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

                """.replace("\n", "\r\n");
        try (TestHub testHub = TestHub.start("trusted-proxies = ['127.0.0.1']", "max-connections-per-address = 1");
                RawHttpClient proxy = testHub.connect();
                RawHttpClient one = testHub.connect();
                RawHttpClient two = testHub.connect()) {
            // Given handshakes with a version that is not supported, over a connection that stays open
            for (String path : List.of("/x", "/-/ws", "/x")) {
                assertThat(proxy.send(request.formatted(path, 12)).response()).startsWith("HTTP/1.1 426 ");
            }

            // When, then
            assertThat(one.send(request.formatted("/-/ws", 13)).head()).startsWith("HTTP/1.1 101 ");
            assertThat(two.send(request.formatted("/-/ws", 13)).response())
                    .startsWith("HTTP/1.1 429 ")
                    .contains("too-many-from-address");
        }
    }

    @Test
    @DisplayName("H-182 HAProxy names its client by header, and by PROXY protocol")
    void haproxy_namesItsClient(@TempDir Path folder) throws Exception {
        try (TestHub testHub = TestHub.start("trusted-proxies = ['127.0.0.1']");
                ProxyProcess proxy = ProxyProcess.start(Proxy.HAPROXY, folder, testHub.port());
                RawHttpClient stream = new RawHttpClient(proxy.port(), "127.0.0.2").send(REQUEST)) {
            stream.head();
            assertThat(connections(testHub)).contains("\"127.0.0.2:0\"");
        }
        String configuration = Proxy.HAPROXY.documented().replace("8088", "8088 send-proxy-v2");
        try (TestHub testHub = TestHub.start("trusted-proxies = ['127.0.0.1']", "client-address = 'proxy-protocol'");
                ProxyProcess proxy = ProxyProcess.start(Proxy.HAPROXY, folder, configuration, testHub.port());
                RawHttpClient stream = new RawHttpClient(proxy.port(), "127.0.0.2").send(REQUEST)) {
            stream.head();
            try (RawHttpClient local = testHub.connect().send(concat(LOCAL, CONNECTIONS))) {
                assertThat(local.response()).contains("\"127.0.0.2:");
            }
        }
    }

    private static RawHttpClient stream(TestHub testHub, String client) throws IOException {
        return testHub.request("GET /x", "X-Forwarded-For: " + client);
    }

    private static String connections(TestHub testHub) throws Exception {
        return testHub.get("/-/connections").body();
    }

    private static byte[] concat(byte[] first, String second) {
        byte[] bytes = second.getBytes(ISO_8859_1);
        byte[] all = Arrays.copyOf(first, first.length + bytes.length);
        System.arraycopy(bytes, 0, all, first.length, bytes.length);
        return all;
    }
}
