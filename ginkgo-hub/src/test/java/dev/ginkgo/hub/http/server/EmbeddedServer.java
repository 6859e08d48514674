package dev.ginkgo.hub.http.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ginkgo.hub.http.ConnectionInitializer;
import dev.ginkgo.hub.http.proxy.ClientAddressSource;
import dev.ginkgo.hub.http.proxy.TrustedProxies;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.time.TimeSource;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;

/** HTTP connections without sockets, for clients with any address. Everything happens on the thread of the test. */
final class EmbeddedServer {
    private final ConnectionInitializer connections;

    EmbeddedServer(RequestHandler handler, int maxConnectionsPerAddress) {
        Supplier<Duration> timeout = () -> Duration.ofSeconds(10);
        connections = new ConnectionInitializer(
                TimeSource.system(),
                handler,
                new ConnectionLimiter(() -> 1_000, () -> maxConnectionsPerAddress),
                new TrustedProxies(List::of, () -> ClientAddressSource.X_FORWARDED_FOR),
                () -> 100,
                new ConnectionDeadline.Timeouts(timeout, timeout, timeout, timeout),
                new Counters());
    }

    EmbeddedChannel connect(String address) {
        return new EmbeddedChannel(connections) {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(address, 1);
            }
        };
    }

    /** Sends a text, and returns the response that it completes; empty if there is none yet. */
    static String send(EmbeddedChannel channel, String text) {
        channel.writeInbound(Unpooled.copiedBuffer(text, ISO_8859_1));
        StringBuilder response = new StringBuilder();
        for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
            response.append(next.toString(ISO_8859_1));
            next.release();
        }
        return response.toString();
    }
}
