package dev.ginkgo.config;

import static java.util.Objects.requireNonNull;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Host and port as written in a configuration. No name is resolved before {@link #toSocketAddress()}.
 *
 * @param host a host name, an IPv4 address, or an IPv6 address without brackets
 * @param port 0 to 65535; for a listener, 0 lets the operating system choose a free port
 */
public record Address(String host, int port) {
    private static final String FORMS = "write host:port, such as \"127.0.0.1:7776\", \"[::1]:80\" or \"localhost:80\"";

    /**
     * Validates the components.
     *
     * @throws IllegalArgumentException if the host or the port is malformed; the message shows the expected forms
     */
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
     * Parses {@code "127.0.0.1:7776"}, {@code "[::1]:80"} or {@code "localhost:80"}.
     *
     * @throws IllegalArgumentException if the text is malformed; the message shows the expected forms
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

    /**
     * Returns the address for a socket. Resolves the host name, which may block; if that fails, the result is
     * unresolved.
     */
    public InetSocketAddress toSocketAddress() {
        return new InetSocketAddress(host, port);
    }

    /**
     * Returns whether only this machine can reach the address: {@code localhost} or a loopback address. Resolves
     * nothing.
     */
    public boolean isLoopback() {
        return host.equalsIgnoreCase("localhost")
                || literal(host).map(InetAddress::isLoopbackAddress).orElse(false);
    }

    /** Returns whether the address stands for all interfaces: {@code 0.0.0.0} or {@code ::}. */
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

    /** Returns the form that {@link #of} parses. */
    @Override
    public String toString() {
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + port;
    }
}
