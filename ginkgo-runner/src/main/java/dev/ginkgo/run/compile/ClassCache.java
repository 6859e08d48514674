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
 * Compiled classes in a folder of this user's alone. It only saves time: whatever is wrong with it (no room, a file
 * that is not whole, a folder of somebody else's) means that the compiler runs, and is no error. A class is run only
 * from a folder that nobody else can write to, and only if its sources are what they were.
 *
 * <p>An entry is one file, written beside its place and renamed, so that two starts do not disturb each other. When
 * there are too many, those go first that have not been used for longest.
 */
public final class ClassCache {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final String SUFFIX = ".classes";
    private static final int MAX_FILES = 256;
    private static final long MAX_BYTES = 64L << 20;
    private static final long MAX_ENTRY_BYTES = 8L << 20;

    private final Path folder;

    /**
     * @param folder where it is, or is to be made
     */
    public ClassCache(Path folder) {
        this.folder = folder;
    }

    /**
     * The one of a user.
     *
     * @param environment where {@code XDG_CACHE_HOME} or {@code HOME} say where he keeps such things
     * @return empty if they do not
     */
    public static Optional<ClassCache> of(Map<String, String> environment) {
        Optional<Path> cache = Optional.ofNullable(environment.get("XDG_CACHE_HOME"))
                .map(Path::of)
                .filter(Path::isAbsolute); // as the XDG specification asks
        return cache.or(() -> Optional.ofNullable(environment.get("HOME"))
                        .map(Path::of)
                        .filter(Path::isAbsolute)
                        .map(home -> home.resolve(".cache")))
                .map(home -> new ClassCache(home.resolve("ginkgo/classes")));
    }

    /** What was compiled under that key, if it would come out the same now. */
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
        } catch (IOException | RuntimeException e) { // whatever is in a file that something has damaged
            LOG.debug("{} is of no use", file, e);
            return Optional.empty();
        }
    }

    /** Keeps it for the next time, if that can be done. */
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
            LOG.debug("{} cannot be written", folder, e);
        }
    }

    private Path file(String key) {
        return folder.resolve(Sha256.hex(key) + SUFFIX);
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
            throw new UncheckedIOException(e); // another start has removed it; the next one prunes
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
