package dev.ginkgo.run.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** URL of a channel, as given on the command line; the default scheme is http. */
public record ChannelUrl(URI uri) {
    /** Query parameters that the client sets itself. */
    private static final List<String> RESERVED_PARAMETERS = List.of("as", "since", "last_event_id", "poll", "wait");

    public static ChannelUrl of(String text) {
        URI uri;
        try {
            String written = text.replace(">", "%3E"); // a wildcard of channel patterns, not allowed in a URI
            uri = URI.create(new URI(written.contains("://") ? written : "http://" + written).toASCIIString());
        } catch (URISyntaxException e) {
            throw usage(text, e.getReason());
        }
        if (!List.of("http", "https").contains(uri.getScheme())) {
            throw usage(text, "the scheme must be http or https");
        }
        if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
            throw usage(text, "it needs a host, and must not have a user or a #fragment");
        }
        if (uri.getRawPath().length() < 2) {
            throw usage(text, "it has no path to name the channel, as in " + uri.getAuthority() + "/numbers");
        }
        parameters(uri).filter(RESERVED_PARAMETERS::contains).findFirst().ifPresent(name -> {
            throw usage(text, "parameter \"" + name + "\" is set by the client; for its options see ginkgo help sub");
        });
        return new ChannelUrl(uri);
    }

    /** Returns the URL with a query parameter appended. */
    URI with(String name, String value) {
        return URI.create(uri + (uri.getRawQuery() == null ? "?" : "&") + name + "=" + URLEncoder.encode(value, UTF_8));
    }

    /** Returns the channel name as the hub sees it: the decoded path. */
    String channel() {
        return Optional.ofNullable(uri.getPath()).orElse("");
    }

    /** Returns whether the URL names several channels: a pattern or a list. */
    public boolean selectsSeveral() {
        String channel = channel();
        return channel.contains("*") || channel.endsWith(">") || channel.contains(",");
    }

    @Override
    public String toString() {
        return uri.toString();
    }

    private static Stream<String> parameters(URI uri) {
        String query = Optional.ofNullable(uri.getRawQuery()).orElse("");
        return Stream.of(query.split("&", -1))
                .map(parameter -> URLDecoder.decode(parameter.split("=", -1)[0], UTF_8));
    }

    private static FatalException usage(String text, String why) {
        return new FatalException(ClientExitCode.USAGE, "\"" + text + "\" is not the URL of a channel: " + why);
    }
}
