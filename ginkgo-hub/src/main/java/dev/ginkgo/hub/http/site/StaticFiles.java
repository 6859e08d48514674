package dev.ginkgo.hub.http.site;

import dev.ginkgo.hub.http.compression.GzipContent;
import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Files of a folder, held in memory. So no request can reach a file outside the folder, and no event loop waits for a
 * disk. Files and folders whose names begin with a dot are not served, and a symbolic link that leaves the folder is an
 * error. Immutable.
 */
public final class StaticFiles {
    static final String PREFIX = "/-/page/";
    private static final String INDEX = "index.html";

    private static final int MAX_FILES = 1_000;
    private static final long MAX_BYTES = 16 * 1024 * 1024;
    private static final int MAX_DEPTH = 8;
    private static final String DEFAULT_TYPE = "application/octet-stream";

    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("html", "text/html; charset=utf-8"),
            Map.entry("js", "text/javascript; charset=utf-8"),
            Map.entry("mjs", "text/javascript; charset=utf-8"),
            Map.entry("css", "text/css; charset=utf-8"),
            Map.entry("json", "application/json"),
            Map.entry("map", "application/json"),
            Map.entry("webmanifest", "application/manifest+json"),
            Map.entry("txt", "text/plain; charset=utf-8"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("png", "image/png"),
            Map.entry("jpg", "image/jpeg"),
            Map.entry("webp", "image/webp"),
            Map.entry("ico", "image/x-icon"),
            Map.entry("woff2", "font/woff2"),
            Map.entry("wasm", "application/wasm"));

    private final Map<String, Asset> assets;

    /** A file with its media type. */
    static final class Asset {
        final String type;
        private final byte[] bytes;
        private final Optional<byte[]> gzip;

        /** Entity tag in quotes, a hash of the bytes (RFC 9110, section 8.8.3). */
        final String tag;

        private Asset(String type, byte[] bytes) {
            this.type = type;
            this.bytes = bytes;
            this.gzip = GzipContent.compress(type, bytes);
            this.tag = tag(bytes);
        }

        /** Returns the content. The array must not be modified. */
        byte[] bytes() {
            return bytes;
        }

        /** Returns the content compressed with gzip; empty if that is not shorter. The array must not be modified. */
        Optional<byte[]> gzip() {
            return gzip;
        }
    }

    private StaticFiles(Map<String, Asset> assets) {
        this.assets = Map.copyOf(assets);
    }

    static StaticFiles empty() {
        return new StaticFiles(Map.of());
    }

    /** Returns whether a folder has an {@code index.html}. */
    public static boolean isSite(Path folder) {
        return Files.isRegularFile(folder.resolve(INDEX));
    }

    /**
     * Reads the files of a folder.
     *
     * @throws IOException if the folder cannot be read, has no {@code index.html}, is too large, or has a link that leaves
     *     it; the message says what to do
     */
    static StaticFiles read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw Files.exists(folder)
                    ? new NotDirectoryException(folder + " is a file; set http.page to a folder with an index.html")
                    : new NoSuchFileException(folder + " does not exist; set http.page to a folder with an index.html");
        }
        Map<String, Asset> assets = new HashMap<>();
        long bytes = 0;
        for (Path file : files(folder)) {
            byte[] content = Files.readAllBytes(file);
            bytes += content.length;
            if (bytes > MAX_BYTES || assets.size() == MAX_FILES) {
                throw new IOException(folder + " has more than " + MAX_FILES + " files or " + (MAX_BYTES >> 20)
                        + " MiB, the maximum for http.page; serve larger sites from a web server");
            }
            String name = folder.relativize(file).toString().replace('\\', '/');
            assets.put(name, new Asset(type(name), content));
        }
        if (!assets.containsKey(INDEX)) {
            throw new NoSuchFileException(folder.resolve(INDEX) + " does not exist; http.page serves it at /");
        }
        return new StaticFiles(assets);
    }

    private static List<Path> files(Path folder) throws IOException {
        FileCollector collector = new FileCollector(folder);
        Files.walkFileTree(folder, EnumSet.of(FileVisitOption.FOLLOW_LINKS), MAX_DEPTH, collector);
        return collector.files.stream().sorted().toList();
    }

    /** Collects the regular files that are not hidden. Fails at a link that leaves the folder. */
    private static final class FileCollector extends SimpleFileVisitor<Path> {
        private final Path folder;
        private final Path realFolder;
        private final List<Path> files = new ArrayList<>();

        private FileCollector(Path folder) throws IOException {
            this.folder = folder;
            this.realFolder = folder.toRealPath();
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            if (isHidden(folder.relativize(directory))) {
                return FileVisitResult.SKIP_SUBTREE;
            }
            requireInside(directory);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (isHidden(folder.relativize(file)) || !attributes.isRegularFile()) {
                return FileVisitResult.CONTINUE;
            }
            requireInside(file);
            files.add(file);
            return files.size() > MAX_FILES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        private void requireInside(Path path) throws IOException {
            Path real = path.toRealPath();
            if (!real.startsWith(realFolder)) {
                throw new IOException(path + " is a symbolic link to " + real + ", which is outside the folder of"
                        + " http.page; copy the file into the folder");
            }
        }
    }

    private static boolean isHidden(Path relative) {
        for (Path part : relative) {
            if (part.toString().startsWith(".")) {
                return true;
            }
        }
        return false;
    }

    /** Returns the file for the path of a request; null if there is none. */
    @Nullable
    Asset find(String path) {
        if (path.equals("/")) {
            return assets.get(INDEX);
        }
        return path.startsWith(PREFIX) ? assets.get(path.substring(PREFIX.length())) : null;
    }

    private static String type(String name) {
        String extension = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
        return TYPES.getOrDefault(extension, DEFAULT_TYPE);
    }

    private static String tag(byte[] bytes) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(bytes);
            return '"' + Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, 16)) + '"';
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
