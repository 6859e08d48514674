package dev.ginkgo.hub.http.access;

import dev.ginkgo.hub.auth.AuthenticationException;
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
 *
 * <p>Over an encrypted connection its name begins with {@code __Host-}: browsers accept it from this host only. Otherwise
 * the server of another subdomain, or someone on the network without TLS, could set a cookie with a token of their own. Such
 * a cookie takes precedence, and two cookies of the same name are rejected, because one of them is not the hub's.
 */
final class SessionCookie {
    private static final String NAME = "ginkgo";
    private static final String HOST_NAME = "__Host-ginkgo";

    /** Characters of a cookie's value (RFC 6265, section 4.1.1). Bearer tokens have no others (RFC 6750, section 2.1). */
    private static final Pattern VALUE = Pattern.compile("[!#-+\\--:<-\\[\\]-~]+");

    private SessionCookie() {}

    /**
     * Returns the token in the cookie; null if there is none.
     *
     * @throws AuthenticationException if there are two
     */
    static @Nullable String read(HttpHeaders headers) throws AuthenticationException {
        List<String> cookies = headers.getAll(HttpHeaderNames.COOKIE);
        if (cookies.isEmpty()) {
            return null;
        }
        String token = read(cookies, HOST_NAME);
        return token == null ? read(cookies, NAME) : token;
    }

    private static @Nullable String read(List<String> cookies, String name) throws AuthenticationException {
        String token = null;
        for (String header : cookies) {
            for (String pair : header.split(";", -1)) {
                String cookie = pair.strip();
                if (cookie.startsWith(name) && cookie.startsWith("=", name.length())) {
                    String value = cookie.substring(name.length() + 1);
                    if (token != null && !value.isEmpty() && !value.equals(token)) {
                        throw new AuthenticationException(
                                "cookie",
                                "the request has two different cookies " + name + "; delete the cookies of this site");
                    }
                    token = value.isEmpty() ? token : value;
                }
            }
        }
        return token;
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
        return cookie(secure ? HOST_NAME : NAME, token, lifetime, secure);
    }

    /** Returns each {@code Set-Cookie} that deletes a cookie. */
    static List<String> delete(boolean secure) {
        Optional<Duration> now = Optional.of(Duration.ZERO);
        String plain = cookie(NAME, "", now, secure);
        return secure ? List.of(cookie(HOST_NAME, "", now, true), plain) : List.of(plain);
    }

    private static String cookie(String name, String token, Optional<Duration> lifetime, boolean secure) {
        return name + "=" + token + "; Path=/; HttpOnly; SameSite=Strict"
                + lifetime.map(each -> "; Max-Age=" + each.toSeconds()).orElse("")
                + (secure ? "; Secure" : "");
    }
}
