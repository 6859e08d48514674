package dev.ginkgo.hub.http.proxy;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.net.ClientAddress;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TrustedProxiesTest {
    private static final List<String> NETWORKS = List.of("10.0.0.0/8", "2001:db8:1::/48", "192.0.2.1");

    /** Channel whose peer has a given address. */
    private static EmbeddedChannel from(String host) {
        return new EmbeddedChannel() {
            @Override
            protected SocketAddress remoteAddress0() {
                return new InetSocketAddress(host, 4711);
            }
        };
    }

    private static String client(ClientAddressSource source, String peer, HttpHeaders headers) {
        EmbeddedChannel channel = from(peer);
        new TrustedProxies(() -> NETWORKS, () -> source).resolve(channel, headers);
        InetSocketAddress client = requireNonNull(ClientAddress.of(channel));
        channel.finishAndReleaseAll();
        return client.getAddress().getHostAddress();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "198.51.100.7|198.51.100.7",
                "198.51.100.7:80|198.51.100.7",
                "[2001:db8::7]:80|2001:db8:0:0:0:0:0:7",
                "2001:db8::7|2001:db8:0:0:0:0:0:7",
                "203.0.113.9, 198.51.100.7|198.51.100.7", // the first entry is what the client says
                "198.51.100.7, 10.1.1.1|198.51.100.7",
                "198.51.100.7, 192.0.2.1, 2001:db8:1::5|198.51.100.7",
                "10.1.1.1, 10.1.1.2|10.1.1.1", // a client in the network of the proxies
                "unknown|10.0.0.1",
                "198.51.100.7, unknown, 10.1.1.1|10.1.1.1",
                "198.51.100.7:x|10.0.0.1",
                "198.51.100.7:99999|10.0.0.1",
                "[198.51.100.7|10.0.0.1",
                "example.org|10.0.0.1",
                "''|10.0.0.1",
            })
    @DisplayName("H-180 the last address in X-Forwarded-For that is not a trusted proxy is the client")
    void xForwardedFor_lastUntrustedIsClient(String header, String client) {
        HttpHeaders headers = new DefaultHttpHeaders().add("X-Forwarded-For", header);
        assertThat(client(ClientAddressSource.X_FORWARDED_FOR, "10.0.0.1", headers))
                .isEqualTo(client);
    }

    @Test
    @DisplayName("H-180 several X-Forwarded-For headers are one list")
    void xForwardedFor_repeated() {
        HttpHeaders headers =
                new DefaultHttpHeaders().add("X-Forwarded-For", "203.0.113.9").add("X-Forwarded-For", "198.51.100.7");
        assertThat(client(ClientAddressSource.X_FORWARDED_FOR, "10.0.0.1", headers))
                .isEqualTo("198.51.100.7");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "for=198.51.100.7|198.51.100.7",
                "For=198.51.100.7;proto=https;by=203.0.113.43|198.51.100.7",
                "proto=https; for=\"198.51.100.7:4711\"|198.51.100.7",
                "for=\"[2001:db8:cafe::17]:4711\"|2001:db8:cafe:0:0:0:0:17",
                "for=\"198.51.100.7:_port\"|198.51.100.7",
                "for=203.0.113.9, for=198.51.100.7;by=\"a, b; for=1.1.1.1\"|198.51.100.7",
                "for=198.51.100.7, for=10.2.2.2|198.51.100.7",
                "for=unknown|10.0.0.1",
                "for=_hidden, for=10.2.2.2|10.2.2.2",
                "by=203.0.113.43|10.0.0.1",
                "for=\"198.51.100.7\\\"\"|10.0.0.1",
            })
    @DisplayName("H-180 the last client in Forwarded that is not a trusted proxy is the client (RFC 7239)")
    void forwarded_lastUntrustedIsClient(String header, String client) {
        HttpHeaders headers = new DefaultHttpHeaders().add("Forwarded", header);
        assertThat(client(ClientAddressSource.FORWARDED, "10.0.0.1", headers)).isEqualTo(client);
    }

    @Test
    @DisplayName("H-180 only the configured header is read, so that a client cannot send the other one")
    void otherHeader_isIgnored() {
        HttpHeaders headers =
                new DefaultHttpHeaders().add("X-Forwarded-For", "198.51.100.7").add("Forwarded", "for=203.0.113.9");
        assertThat(client(ClientAddressSource.X_FORWARDED_FOR, "10.0.0.1", headers))
                .isEqualTo("198.51.100.7");
        assertThat(client(ClientAddressSource.FORWARDED, "10.0.0.1", headers)).isEqualTo("203.0.113.9");
        assertThat(client(ClientAddressSource.PROXY_PROTOCOL, "10.0.0.1", headers))
                .isEqualTo("10.0.0.1");
    }

    @Test
    @DisplayName("H-180 a peer that is not a trusted proxy cannot name another client")
    void untrustedPeer_isClient() {
        HttpHeaders headers = new DefaultHttpHeaders().add("X-Forwarded-For", "198.51.100.7");
        assertThat(client(ClientAddressSource.X_FORWARDED_FOR, "203.0.113.1", headers))
                .isEqualTo("203.0.113.1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0", "::1/129", "proxy.example.org", "", "/8"})
    @DisplayName("H-180 what is neither an address nor a network is refused")
    void networks_areChecked(String text) {
        assertThat(TrustedProxies.isNetwork(text)).isFalse();
    }
}
