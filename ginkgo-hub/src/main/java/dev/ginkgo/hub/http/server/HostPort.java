package dev.ginkgo.hub.http.server;

import dev.ginkgo.config.Address;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Host and port of a {@code Host} header or an origin.
 *
 * @param host host in lower case, without brackets and without the final dot
 * @param port port as given, or the default
 */
public record HostPort(String host, int port) {
    private static final Pattern SYNTAX =
            Pattern.compile("(?:([A-Za-z0-9._~-]{1,255})|\\[([0-9A-Fa-f:.]{2,45})])(?::(\\d{0,5}))?");
    private static final int MAX_PORT = 65_535;

    /** Parses a host with an optional port, which may be empty after its colon; returns null if it is malformed. */
    public static @Nullable HostPort of(String text, int defaultPort) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            return null;
        }
        String name = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
        String host = name.toLowerCase(Locale.ROOT);
        String digits = matcher.group(3);
        int port = digits == null || digits.isEmpty() ? defaultPort : Integer.parseInt(digits);
        if (port > MAX_PORT) {
            return null;
        }
        return new HostPort(
                host.length() > 1 && host.endsWith(".") ? host.substring(0, host.length() - 1) : host, port);
    }

    /** Returns whether the host is {@code localhost}, a name below it, or a loopback address. */
    public boolean isLoopback() {
        if (host.endsWith(".localhost")) {
            return true;
        }
        try {
            return new Address(host, 0).isLoopback();
        } catch (IllegalArgumentException notAnAddress) {
            return false;
        }
    }

    /** Returns whether a list entry allows this host: same host and, if the entry has a port, same port. */
    boolean matches(@Nullable HostPort listed) {
        return listed != null && host.equals(listed.host) && (listed.port < 0 || listed.port == port);
    }
}
