package dev.ginkgo.hub.http.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the addresses that proxies have added to a request: from the farthest to the nearest client. */
final class ForwardedAddresses {
    private static final int MAX_PORT = 65_535;

    private ForwardedAddresses() {}

    /** Returns the entries of all {@code X-Forwarded-For} headers; empty where an entry is not an address. */
    static List<Optional<InetSocketAddress>> ofXForwardedFor(HttpHeaders headers) {
        List<Optional<InetSocketAddress>> entries = new ArrayList<>();
        for (String value : headers.getAll("X-Forwarded-For")) {
            for (String entry : value.split(",", -1)) {
                entries.add(Optional.ofNullable(address(entry.strip())));
            }
        }
        return entries;
    }

    /**
     * Returns the {@code for} parameters of all {@code Forwarded} headers (RFC 7239, section 4); empty where an element has
     * none, or names its client {@code unknown} or by an obfuscated identifier.
     */
    static List<Optional<InetSocketAddress>> ofForwarded(HttpHeaders headers) {
        List<Optional<InetSocketAddress>> entries = new ArrayList<>();
        for (String value : headers.getAll("Forwarded")) {
            for (String element : splitOutsideQuotes(value, ',')) {
                entries.add(forParameter(element));
            }
        }
        return entries;
    }

    private static Optional<InetSocketAddress> forParameter(String element) {
        for (String pair : splitOutsideQuotes(element, ';')) {
            int equals = pair.indexOf('=');
            if (equals > 0
                    && pair.substring(0, equals)
                            .strip()
                            .toLowerCase(Locale.ROOT)
                            .equals("for")) {
                return Optional.ofNullable(
                        address(unquoted(pair.substring(equals + 1).strip())));
            }
        }
        return Optional.empty();
    }

    /** Splits a text at a separator that does not stand in a quoted string (RFC 9110, section 5.6.4). */
    private static List<String> splitOutsideQuotes(String text, char separator) {
        List<String> parts = new ArrayList<>();
        boolean quoted = false;
        int start = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quoted && c == '\\') {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (c == separator && !quoted) {
                parts.add(text.substring(start, i));
                start = i + 1;
            }
        }
        parts.add(text.substring(start));
        return parts;
    }

    /** Removes the quotes of a quoted string. An address needs no escapes; a text with some is not an address. */
    private static String unquoted(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }

    /**
     * Returns the address of a text such as {@code 192.0.2.1}, {@code 192.0.2.1:80}, {@code 2001:db8::1} or
     * {@code [2001:db8::1]:80}, with port 0 if it has none. Names are not resolved. Null if it is not an address.
     */
    private static @Nullable InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        boolean bracketed = text.startsWith("[");
        boolean hasPort = bracketed ? text.lastIndexOf(']') < colon : colon >= 0 && text.indexOf(':') == colon;
        String host = hasPort ? text.substring(0, colon) : text;
        if (bracketed) {
            if (!host.endsWith("]")) {
                return null;
            }
            host = host.substring(1, host.length() - 1);
        }
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        int port = hasPort ? port(text.substring(colon + 1)) : 0;
        return address == null || port < 0 ? null : new InetSocketAddress(address, port);
    }

    /** Returns the number of a port, 0 for an obfuscated one, -1 if it is neither. */
    private static int port(String text) {
        if (text.startsWith("_")) {
            return 0;
        }
        try {
            int port = Integer.parseInt(text);
            return port > MAX_PORT ? -1 : port;
        } catch (NumberFormatException notANumber) {
            return -1;
        }
    }
}
