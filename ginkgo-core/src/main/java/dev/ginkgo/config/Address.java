package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * A host and a port, as it is written in a configuration; nothing is looked up before {@link #toSocketAddress()}.
 *
 * @param host a name, an IPv4 address, or an IPv6 address without brackets
 * @param port 0 to 65535; 0 lets the system choose where one binds
 */
public record Address(String host, int port) {
    private static final String FORMS = "write host:port, such as \"127.0.0.1:7776\", \"[::1]:80\" or \"localhost:80\"";

    public Address {
        requireNonNull(host, "host is null");
        if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || "[]/@\"'".indexOf(c) >= 0)) {
            throw new IllegalArgumentException("\"" + host + "\" is not a host; " + FORMS);
        }
        if (host.indexOf(':') >= 0 && literal(host).isEmpty()) {
            throw new IllegalArgumentException("\"" + host + "\" is not an IPv6 address; " + FORMS);
        }
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port " + port + " is outside 0..65535");
        }
    }

    /**
     * Reads {@code "127.0.0.1:7776"}, {@code "[::1]:80"}, {@code "localhost:80"}.
     *
     * @throws IllegalArgumentException if it is none of these; the message shows the forms
     */
    public static Address of(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? text : text.substring(0, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (colon < 0 || bracketed != host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("\"" + text + "\" is not an address; " + FORMS);
        }
        return new Address(bracketed ? host.substring(1, host.length() - 1) : host, port(text, colon));
    }

    private static int port(String text, int colon) {
        String digits = text.substring(colon + 1);
        if (digits.isEmpty() || digits.length() > 6 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            throw new IllegalArgumentException("\"" + text + "\" has no port; " + FORMS);
        }
        return Integer.parseInt(digits);
    }

    /** For a socket. Looks the name up, which may block; what cannot be found is an unresolved address. */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    /** Whether only this machine can reach it: {@code localhost} or a loopback address. Looks nothing up. */
    public boolean isLoopback() {
        return host.equalsIgnoreCase("localhost")
                || literal(host).map(InetAddress::isLoopbackAddress).orElse(false);
    }

    /** Whether it stands for all interfaces: {@code 0.0.0.0} or {@code ::}. */
    public boolean isWildcard() {
        return literal(host).map(InetAddress::isAnyLocalAddress).orElse(false);
    }

    private static Optional<InetAddress> literal(String host) {
        try {
            return Optional.of(InetAddress.ofLiteral(host));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    /** What {@link #of} reads. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
