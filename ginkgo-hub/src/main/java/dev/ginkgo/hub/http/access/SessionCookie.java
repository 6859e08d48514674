package dev.ginkgo.hub.http.access;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Cookie that carries the token of a browser, whose {@code EventSource} and {@code WebSocket} cannot send headers. Scripts
 * cannot read it, and browsers do not send it with requests of other sites (RFC 6265, and SameSite).
 */
final class SessionCookie {
    private static final String NAME = "ginkgo";

    /** Characters of a cookie's value (RFC 6265, section 4.1.1). Bearer tokens have no others (RFC 6750, section 2.1). */
    private static final Pattern VALUE = Pattern.compile("[!#-+\\--:<-\\[\\]-~]+");

    private SessionCookie() {}

    /** Returns the token in the cookie; null if there is none. */
    static @Nullable String read(HttpHeaders headers) {
        List<String> cookies = headers.getAll(HttpHeaderNames.COOKIE);
        for (String header : cookies) {
            for (String pair : header.split(";", -1)) {
                String cookie = pair.strip();
                if (cookie.startsWith(NAME + "=") && cookie.length() > NAME.length() + 1) {
                    return cookie.substring(NAME.length() + 1);
                }
            }
        }
        return null;
    }

    static boolean canCarry(String token) {
        return VALUE.matcher(token).matches();
    }

    /**
     * Returns the {@code Set-Cookie} for a token.
     *
     * @param lifetime how long the browser keeps it; empty until the browser is closed
     */
    static String set(String token, Optional<Duration> lifetime, boolean secure) {
        return NAME + "=" + token + "; Path=/; HttpOnly; SameSite=Strict"
                + lifetime.map(each -> "; Max-Age=" + each.toSeconds()).orElse("")
                + (secure ? "; Secure" : "");
    }

    /** Returns the {@code Set-Cookie} that deletes the cookie. */
    static String delete(boolean secure) {
        return set("", Optional.of(Duration.ZERO), secure);
    }
}
