package dev.ginkgo.jwt;

import com.nimbusds.jwt.JWTClaimsSet;
import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Grant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Reads the grant from the claims of a token: {@code "ginkgo": {"publish": […], "subscribe": […], "admin": true}}, and the
 * claim {@code mercure} of the Mercure protocol. If a token has both, it grants both.
 */
final class ClaimsGrant {
    private static final String GINKGO = "ginkgo";
    private static final String MERCURE = "mercure";

    /** Variable of a URI template that stands for one segment (RFC 6570, simple expansion). */
    private static final Pattern VARIABLE = Pattern.compile("\\{[A-Za-z0-9_.%]+}");

    private ClaimsGrant() {}

    static Grant of(JWTClaimsSet claims) throws AuthenticationException {
        List<String> publish = new ArrayList<>();
        List<String> subscribe = new ArrayList<>();
        Map<?, ?> ginkgo = object(claims, GINKGO);
        publish.addAll(strings(ginkgo, GINKGO, "publish"));
        subscribe.addAll(strings(ginkgo, GINKGO, "subscribe"));
        Map<?, ?> mercure = object(claims, MERCURE);
        publish.addAll(channels(strings(mercure, MERCURE, "publish")));
        subscribe.addAll(channels(strings(mercure, MERCURE, "subscribe")));
        Object admin = ginkgo.get("admin");
        if (admin != null && !(admin instanceof Boolean)) {
            throw invalid(GINKGO, "ginkgo.admin must be true or false");
        }
        try {
            return Grant.of(publish, subscribe, Boolean.TRUE.equals(admin));
        } catch (IllegalArgumentException e) {
            throw invalid(GINKGO, String.valueOf(e.getMessage()));
        }
    }

    private static Map<?, ?> object(JWTClaimsSet claims, String name) throws AuthenticationException {
        Object claim = claims.getClaim(name);
        if (claim == null) {
            return Map.of();
        }
        if (claim instanceof Map<?, ?> object) {
            return object;
        }
        throw invalid(name, name + " must be an object");
    }

    private static List<String> strings(Map<?, ?> object, String claim, String name) throws AuthenticationException {
        Object value = object.get(name);
        if (value == null) {
            return List.of();
        }
        if (value instanceof List<?> list && list.stream().allMatch(String.class::isInstance)) {
            return list.stream().map(String.class::cast).toList();
        }
        throw invalid(claim, claim + "." + name + " must be a list of texts");
    }

    /**
     * Returns the channels that topic selectors of Mercure stand for: {@code *} is every channel, a URI template's variables
     * are segments, and others are names. What is not a channel here, such as a topic with a host, grants nothing.
     */
    private static List<String> channels(List<String> selectors) {
        List<String> channels = new ArrayList<>();
        for (String selector : selectors) {
            if (selector.equals("*")) {
                channels.add("/>");
            } else if (selector.startsWith("/") && selector.indexOf('*') < 0 && selector.indexOf('>') < 0) {
                String pattern = VARIABLE.matcher(selector).replaceAll("*");
                if (pattern.indexOf('{') < 0 && isChannel(pattern)) {
                    channels.add(pattern);
                }
            }
        }
        return channels;
    }

    private static boolean isChannel(String pattern) {
        try {
            Grant.of(List.of(pattern), List.of(), false);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static AuthenticationException invalid(String claim, String message) {
        return new AuthenticationException(claim, message);
    }
}
