package dev.ginkgo.run.compile;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;

import dev.ginkgo.run.os.EffectiveUser;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cache of compiled classes in a folder private to the user. It only saves time: any problem with it (no space, a
 * damaged file, a folder owned by another user) is not an error but makes the compiler run. Classes are loaded only
 * from a folder to which no other user can write, and only if their sources have not changed.
 *
 * <p>Each entry is one file, written to a temporary name and renamed, so that concurrent starts do not interfere. If
 * there are too many entries, the least recently used are deleted.
 */
public final class ClassCache {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final String SUFFIX = ".classes";
    private static final int MAX_FILES = 256;
    private static final long MAX_BYTES = 64L << 20;
    private static final long MAX_ENTRY_BYTES = 8L << 20;

    private final Path folder;

    /**
     * @param folder the folder of the cache, created on demand
     */
    public ClassCache(Path folder) {
        this.folder = folder;
    }

    /**
     * Returns the cache of the user.
     *
     * @param environment environment with {@code XDG_CACHE_HOME} or {@code HOME}
     * @return empty if neither is set to an absolute path
     */
    public static Optional<ClassCache> of(Map<String, String> environment) {
        Optional<Path> cache = Optional.ofNullable(environment.get("XDG_CACHE_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute); // as the XDG specification requires
        return cache.or(() -> Optional.ofNullable(environment.get("HOME"))
                        .map(Path::of)
                        .filter(Path::isAbsolute)
                        .map(home -> home.resolve(".cache")))
                .map(home -> new ClassCache(home.resolve("ginkgo/classes")));
    }

    /** Returns the cached result for the key, if compiling now would give the same result. */
    public Optional<CompiledClasses> find(String key) {
        Path file = file(key);
        try {
            if (!Files.isRegularFile(file, NOFOLLOW_LINKS) || !isPrivateToUser()) {
                return Optional.empty();
            }
            CompiledClasses compiled = ClassCacheFile.read(key, Files.readAllBytes(file));
            if (!ClassCacheFile.isFresh(compiled)) {
                return Optional.empty();
            }
            Files.setLastModifiedTime(file, FileTime.from(TimeSource.system().now()));
            return Optional.of(compiled);
        } catch (IOException | RuntimeException e) { // parsing a damaged file may throw anything
            LOG.debug("cannot use class cache file {}", file, e);
            return Optional.empty();
        }
    }

    /** Stores a result, if possible. */
    public void put(String key, CompiledClasses compiled) {
        try {
            byte[] bytes = ClassCacheFile.write(key, compiled);
            if (bytes.length > MAX_ENTRY_BYTES || !ClassCacheFile.isFresh(compiled)) {
                return;
            }
            prepare();
            if (!isPrivateToUser()) {
                return;
            }
            Path written = Files.createTempFile(folder, "new", ".part"); // 0600
            try {
                Files.write(written, bytes);
                Files.move(written, file(key), StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
            prune();
        } catch (IOException | RuntimeException e) {
            LOG.debug("cannot write class cache {}", folder, e);
        }
    }

    private Path file(String key) {
        return folder.resolve(TextDigest.of(key) + SUFFIX);
    }

    private void prepare() throws IOException {
        if (!Files.exists(folder, NOFOLLOW_LINKS)) {
            Files.createDirectories(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
    }

    private boolean isPrivateToUser() throws IOException {
        return Files.isDirectory(folder, NOFOLLOW_LINKS)
                && (int) Files.getAttribute(folder, "unix:uid", NOFOLLOW_LINKS) == EffectiveUser.id()
                && PosixFilePermissions.toString(Files.getPosixFilePermissions(folder))
                        .endsWith("------");
    }

    private static FileTime lastUsed(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e); // removed by another start; the next one prunes
        }
    }

    private void prune() throws IOException {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = new ArrayList<>(all.toList());
        }
        files.sort(Comparator.comparing(ClassCache::lastUsed).reversed());
        long bytes = 0;
        int kept = 0;
        for (Path file : files) {
            long size = Files.size(file);
            if (kept == MAX_FILES || bytes + size > MAX_BYTES) {
                Files.deleteIfExists(file);
            } else {
                kept++;
                bytes += size;
            }
        }
    }
}
