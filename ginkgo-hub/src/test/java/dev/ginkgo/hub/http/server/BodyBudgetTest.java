package dev.ginkgo.hub.http.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class BodyBudgetTest {
    private static final int LARGE = 1 << 20;
    private static final int MEDIUM = 100_000;

    private final BodyBudget budget =
            new BodyBudget(() -> 2L * LARGE, () -> (long) LARGE, () -> 0L, () -> (long) LARGE);
    private final EmbeddedServer server = new EmbeddedServer(
            exchange -> exchange.onComplete(
                    RequestBody.of(exchange.request(), budget, exchange.connection(), null), BodyBudgetTest::accept),
            100);

    private static void accept(Exchange exchange) throws ProblemException {
        RequestBody body = exchange.body();
        byte[] all = body.takeAll();
        if (!body.isBinary() && !ByteBufUtil.isText(Unpooled.wrappedBuffer(all), StandardCharsets.UTF_8)) {
            throw new ProblemException(ProblemType.UNSUPPORTED_BODY, "not UTF-8"); // as the handler of a publish does
        }
        exchange.respond(Responses.noContent());
    }

    @Test
    @DisplayName("H-43 a client that uses up its share of body memory gets a 429; other clients are served")
    void exhaustedShare_affectsItsClientOnly() {
        // Given
        EmbeddedChannel filling = sendMostOfLargeBody("192.0.2.1");

        // When
        String rejected = publish("192.0.2.1", MEDIUM);

        // Then
        assertThat(rejected)
                .startsWith("HTTP/1.1 429 ")
                .contains("too-many-bodies", "http.max-body-memory-per-address", "Retry-After: 1\r\n")
                .contains("connection: close");
        assertThat(publish("192.0.2.2", MEDIUM)).startsWith("HTTP/1.1 204 ");

        // And the client itself is served when its message is complete
        assertThat(EmbeddedServer.send(filling, "x")).startsWith("HTTP/1.1 204 ");
        assertThat(publish("192.0.2.1", MEDIUM)).startsWith("HTTP/1.1 204 ");
    }

    @Test
    @DisplayName("H-43 H-44 the addresses of one IPv6 /64 share the memory of one client")
    void addressesOfOneNetwork_shareTheMemory() {
        sendMostOfLargeBody("2001:db8::1");
        assertThat(publish("2001:db8::2", MEDIUM)).startsWith("HTTP/1.1 429 ");
        assertThat(publish("2001:db8:0:1::1", MEDIUM)).startsWith("HTTP/1.1 204 ");
    }

    @Test
    @DisplayName(
            "H-43 small messages are accepted while all body memory is in use, large ones get a 429 until it is freed")
    void exhaustedBudget_acceptsSmallMessages() {
        // Given
        sendMostOfLargeBody("192.0.2.1");
        EmbeddedChannel second = sendMostOfLargeBody("192.0.2.2");

        // Then
        assertThat(publish("192.0.2.3", BodyBudget.UNCOUNTED)).startsWith("HTTP/1.1 204 ");
        assertThat(publish("192.0.2.1", BodyBudget.UNCOUNTED)).startsWith("HTTP/1.1 204 ");
        assertThat(publish("192.0.2.3", MEDIUM)).startsWith("HTTP/1.1 429 ").contains("http.max-body-memory = 2097152");

        // When a client disconnects, its memory is free again
        var _ = second.close();
        assertThat(publish("192.0.2.3", MEDIUM)).startsWith("HTTP/1.1 204 ");
    }

    @Test
    @DisplayName("H-43 a rejected body frees its memory")
    void rejectedBody_freesItsMemory() {
        for (int i = 0; i < 20; i++) {
            EmbeddedChannel channel = server.connect("192.0.2.1");
            assertThat(EmbeddedServer.send(channel, head(MEDIUM) + "\u00ff".repeat(MEDIUM)))
                    .as("text that is not UTF-8, which is known when it is complete")
                    .startsWith("HTTP/1.1 415 ");
            assertThat(EmbeddedServer.send(
                            channel,
                            "POST /x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n10000\r\n"
                                    + "x".repeat(0x10000) + "\r\nnonsense\r\n"))
                    .startsWith("HTTP/1.1 400 ");
        }
        assertThat(publish("192.0.2.1", LARGE)).startsWith("HTTP/1.1 204 ");
    }

    private EmbeddedChannel sendMostOfLargeBody(String address) {
        EmbeddedChannel channel = server.connect(address);
        assertThat(EmbeddedServer.send(channel, head(LARGE) + "x".repeat(LARGE - 1)))
                .isEmpty();
        return channel;
    }

    private String publish(String address, int length) {
        return EmbeddedServer.send(server.connect(address), head(length) + "x".repeat(length));
    }

    private static String head(int length) {
        return "POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + length + "\r\n\r\n";
    }
}
