package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ConnectionLimiterTest {
    private static final String GET = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

    @Test
    @DisplayName("H-44 connections from two addresses of one IPv6 /64 count together, those from another /64 do not")
    void addressesOfOneNetwork_shareTheLimit() {
        EmbeddedServer server = new EmbeddedServer(
                exchange -> exchange.onComplete(null, done -> done.respond(Responses.noContent())), 1);
        EmbeddedChannel first = server.connect("2001:db8:0:1::1");
        EmbeddedChannel neighbour = server.connect("2001:db8:0:1::2");
        EmbeddedChannel other = server.connect("2001:db8:0:2::1");

        assertThat(EmbeddedServer.send(first, GET)).startsWith("HTTP/1.1 204 ");
        assertThat(EmbeddedServer.send(neighbour, GET))
                .startsWith("HTTP/1.1 429 ")
                .contains("too-many-from-address");
        assertThat(EmbeddedServer.send(other, GET)).startsWith("HTTP/1.1 204 ");

        // When both are closed, then another address of the network may connect
        var _ = first.close();
        var _ = neighbour.close();
        assertThat(EmbeddedServer.send(server.connect("2001:db8:0:1::3"), GET)).startsWith("HTTP/1.1 204 ");
    }
}
