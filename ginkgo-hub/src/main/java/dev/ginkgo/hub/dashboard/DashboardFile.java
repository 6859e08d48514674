package dev.ginkgo.hub.dashboard;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * File of a dashboard, from the class path. Public for the dashboard of the runner, which uses the same scripts and
 * styles.
 *
 * @param type media type
 * @param bytes content; not modified
 * @param tag entity tag, in quotes: a hash of the content
 */
@SuppressWarnings("ArrayRecordComponent") // a file is not compared, and its bytes are written as they are
public record DashboardFile(String type, byte[] bytes, String tag) {
    /** The page of the hub. */
    static final String INDEX = "index.html";

    /** The names of all files; nothing else of the class path can be requested. */
    private static final Map<String, String> TYPES = Map.of(
            INDEX,
            "text/html; charset=utf-8",
            "style.css",
            "text/css; charset=utf-8",
            "ui.js",
            "text/javascript; charset=utf-8",
            "hub.js",
            "text/javascript; charset=utf-8",
            "channel.js",
            "text/javascript; charset=utf-8",
            "services.js",
            "text/javascript; charset=utf-8",
            "vendor/htm-preact-3.1.1.js",
            "text/javascript; charset=utf-8",
            "vendor/uplot-1.6.32.js",
            "text/javascript; charset=utf-8",
            "vendor/uplot-1.6.32.css",
            "text/css; charset=utf-8",
            "vendor/LICENSES.txt",
            "text/plain; charset=utf-8");

    /**
     * Content-Security-Policy of the page: scripts, styles and connections of its own server only, and nothing inline.
     */
    public static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';"
            + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /**
     * Reads a file of the dashboard. Blocks, and must not be called on an event loop.
     *
     * @param name such as {@code style.css}; there is no file of any other name than those of the dashboard
     */
    public static Optional<DashboardFile> read(String name) {
        String type = TYPES.get(name);
        return type == null ? Optional.empty() : Optional.of(read(DashboardFile.class, name, type));
    }

    /**
     * Reads a file that stands beside a class. Blocks.
     *
     * @throws IllegalStateException if there is no such file
     */
    public static DashboardFile read(Class<?> beside, String name, String type) {
        try (InputStream in = beside.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing beside " + beside.getName());
            }
            byte[] bytes = in.readAllBytes();
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return new DashboardFile(type, bytes, '"' + HexFormat.of().formatHex(Arrays.copyOf(hash, 12)) + '"');
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the resource " + name, e);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    static boolean exists(String name) {
        return TYPES.containsKey(name);
    }
}
