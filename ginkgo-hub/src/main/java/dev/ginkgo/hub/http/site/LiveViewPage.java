package dev.ginkgo.hub.http.site;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The page on which a person sees a channel live. One file; its script and its style may run because the policy that
 * goes with it names their hashes, and nothing else may.
 */
public final class LiveViewPage {
    private final byte[] html;
    private final String policy;

    private LiveViewPage(byte[] html, String policy) {
        this.html = html;
        this.policy = policy;
    }

    /** The page itself, not to be changed. */
    public byte[] html() {
        return html;
    }

    /** Its Content-Security-Policy. */
    public String policy() {
        return policy;
    }

    /** Loads it from the class path. */
    public static LiveViewPage load() {
        try (InputStream in = LiveViewPage.class.getResourceAsStream("tail.html")) {
            if (in == null) {
                throw new IllegalStateException("tail.html is missing beside " + LiveViewPage.class.getName());
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
            throw new IllegalStateException("tail.html has no <" + element + ">");
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
