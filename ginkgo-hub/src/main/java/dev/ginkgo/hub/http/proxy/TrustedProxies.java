package dev.ginkgo.hub.http.proxy;

import dev.ginkgo.hub.net.ClientAddress;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The proxies that may name the client for which they send a request. From other addresses, what a request says about
 * addresses is ignored, because a client could name another's address, and so use up its limits or escape its own.
 * Thread-safe.
 */
public final class TrustedProxies {
    private static final int IPV4_BITS = 32;
    private static final int IPV6_BITS = 128;

    private final Supplier<List<String>> networks;
    private final Supplier<ClientAddressSource> source;

    private volatile Parsed parsed = new Parsed(List.of(), List.of());

    private record Parsed(List<String> networks, List<IpSubnetFilterRule> rules) {}

    /**
     * @param networks addresses and networks of the proxies, each {@linkplain #isNetwork valid}
     * @param source where they name their clients
     */
    public TrustedProxies(Supplier<List<String>> networks, Supplier<ClientAddressSource> source) {
        this.networks = networks;
        this.source = source;
    }

    /** Returns whether a text is an address such as {@code 192.0.2.1}, or a network such as {@code 10.0.0.0/8}. */
    public static boolean isNetwork(String text) {
        return rule(text) != null;
    }

    /** Returns whether an address is that of a trusted proxy. */
    public boolean includes(InetSocketAddress address) {
        for (IpSubnetFilterRule each : rules()) {
            if (each.matches(address)) {
                return true;
            }
        }
        return false;
    }

    /** Returns whether a connection of an address must begin with a PROXY protocol header. */
    public boolean requiresHeader(InetSocketAddress peer) {
        return source.get() == ClientAddressSource.PROXY_PROTOCOL && includes(peer);
    }

    /**
     * Sets the {@linkplain ClientAddress client address} of a channel to what the headers of a request name. Called on its
     * event loop for each request, as one connection of a proxy carries requests of many clients.
     *
     * @return whether a proxy has named the client
     */
    public boolean resolve(Channel channel, HttpHeaders headers) {
        InetSocketAddress peer = ClientAddress.peer(channel);
        if (networks.get().isEmpty()
                || source.get() == ClientAddressSource.PROXY_PROTOCOL
                || peer == null
                || !includes(peer)) {
            return false;
        }
        InetSocketAddress client = client(peer, headers);
        ClientAddress.set(channel, client);
        return !client.equals(peer);
    }

    /**
     * Returns the address that the nearest proxy that is not trusted, or the client itself, has used: the last entry that
     * is not a trusted proxy. Entries before it are not believed. Where an entry is not an address, the proxy that added it
     * stands for its client.
     */
    private InetSocketAddress client(InetSocketAddress peer, HttpHeaders headers) {
        List<Optional<InetSocketAddress>> entries = source.get() == ClientAddressSource.FORWARDED
                ? ForwardedAddresses.ofForwarded(headers)
                : ForwardedAddresses.ofXForwardedFor(headers);
        InetSocketAddress nearest = peer;
        for (Optional<InetSocketAddress> entry : entries.reversed()) {
            if (entry.isEmpty()) {
                break;
            }
            nearest = entry.get();
            if (!includes(nearest)) {
                break;
            }
        }
        return nearest;
    }

    private List<IpSubnetFilterRule> rules() {
        List<String> current = networks.get();
        Parsed before = parsed;
        if (!before.networks.equals(current)) {
            before = new Parsed(
                    current, current.stream().map(TrustedProxies::validRule).toList());
            parsed = before;
        }
        return before.rules;
    }

    private static IpSubnetFilterRule validRule(String text) {
        IpSubnetFilterRule rule = rule(text);
        if (rule == null) {
            throw new IllegalArgumentException("not an address or network: " + text);
        }
        return rule;
    }

    private static @Nullable IpSubnetFilterRule rule(String text) {
        int slash = text.indexOf('/');
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            return null;
        }
        int bits = address instanceof Inet4Address ? IPV4_BITS : IPV6_BITS;
        try {
            int prefix = slash < 0 ? bits : Integer.parseInt(text.substring(slash + 1));
            return prefix < 0 || prefix > bits
                    ? null
                    : new IpSubnetFilterRule(address, prefix, IpFilterRuleType.ACCEPT);
        } catch (NumberFormatException noPrefix) {
            return null;
        }
    }
}
