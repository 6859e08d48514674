package dev.ginkgo.hub.http.site;

import dev.ginkgo.hub.http.compression.GzipContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * HTML page that shows the messages of a channel as they arrive. It is a single file. Its Content-Security-Policy has the
 * hashes of its script and its style, so the browser runs no other.
 */
public final class LiveViewPage {
    private static final String RESOURCE = "live-view.html";

    private static final String TYPE = "text/html";

    private final byte[] html;
    private volatile byte @Nullable [] gzip;
    private final String policy;

    private LiveViewPage(byte[] html, String policy) {
        this.html = html;
        this.policy = policy;
    }

    /** Returns the page in UTF-8. The array must not be modified. */
    public byte[] html() {
        return html;
    }

    /** Returns the page compressed with gzip, which takes about a millisecond the first time. The array must not be modified. */
    public byte[] gzip() {
        byte[] compressed = gzip;
        if (compressed == null) {
            compressed = GzipContent.compress(TYPE, html).orElseThrow();
            gzip = compressed;
        }
        return compressed;
    }

    /** Returns the Content-Security-Policy of the page. */
    public String policy() {
        return policy;
    }

    /** Loads the page from the class path. */
    public static LiveViewPage load() {
        try (InputStream in = LiveViewPage.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the resource " + RESOURCE + " is missing beside " + LiveViewPage.class.getName());
            }
            byte[] html = in.readAllBytes();
            String text = new String(html, StandardCharsets.UTF_8);
            return new LiveViewPage(
                    html,
                    "default-src 'none'; connect-src 'self'; img-src data:; script-src " + hash(text, "script")
                            + "; style-src " + hash(text, "style")
                            + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String hash(String html, String element) {
        Matcher matcher = Pattern.compile("<" + element + ">(.*?)</" + element + ">", Pattern.DOTALL)
                .matcher(html);
        if (!matcher.find()) {
            throw new IllegalStateException(RESOURCE + " has no <" + element + ">");
        }
        try {
            byte[] hash =
                    MessageDigest.getInstance("SHA-256").digest(matcher.group(1).getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
