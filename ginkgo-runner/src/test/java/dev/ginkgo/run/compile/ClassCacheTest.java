package dev.ginkgo.run.compile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.run.cli.InProcessCommand;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of compiled classes returns an entry only if a compilation would produce the same classes. */
class ClassCacheTest {
    @TempDir
    private Path folder = Path.of("");

    private InProcessCommand ginkgo = new InProcessCommand(folder);
    private Path classes = folder;

    @BeforeEach
    void writeProgram() {
        classes = folder.resolve("cache/ginkgo/classes");
        ginkgo = new InProcessCommand(folder)
                .environment("XDG_CACHE_HOME", folder.resolve("cache").toString())
                .withFile(
                        "Hello.java",
                        "class Hello extends dev.ginkgo.Service { Beside beside = new Beside(); Runnable none; }")
                .withFile("Beside.java", "class Beside { }");
    }

    @Test
    @DisplayName("R-20 an unchanged source is not compiled again; only its user can access the folder of the cache")
    void reusesEntry_ofUnchangedSource() throws Exception {
        Compilation first = compile();
        Object entry = entry();
        Compilation second = compile();
        assertThat(entry()).isEqualTo(entry);
        assertThat(second.classesOfFile()).isEqualTo(first.classesOfFile()).containsExactly("Hello");
        assertThat(second.root()).isEqualTo(first.root());
        assertThat(second.classes()).containsOnlyKeys("Hello", "Beside");
        assertThat(second.classes().get("Hello")).isEqualTo(first.classes().get("Hello"));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(classes)))
                .isEqualTo("rwx------");
        assertThat(ginkgo.run("check", "Hello.java")).isZero();
        assertThat(entry()).isEqualTo(entry);
    }

    @Test
    @DisplayName("R-20 a changed or new source file in the folder, or another class path, causes a compilation")
    void recompiles_afterChange() throws Exception {
        compile();
        Object entry = entry();
        ginkgo.withFile("Beside.java", "class Beside { int more; }");
        byte[] beside = compile().classes().getOrDefault("Beside", new byte[0]);
        assertThat(entry()).isNotEqualTo(entry);
        entry = entry();
        ginkgo.withFile("Runnable.java", "interface Runnable { }"); // shadows java.lang.Runnable
        assertThat(compile().classes()).containsKey("Runnable");
        assertThat(entry()).isNotEqualTo(entry);
        Files.delete(folder.resolve("Runnable.java"));
        assertThat(compile().classes()).doesNotContainKey("Runnable");
        ginkgo.withFile("lib/text", "one");
        compile(folder.resolve("lib"));
        ginkgo.withFile("lib/text", "and two");
        compile(folder.resolve("lib"));
        try (Stream<Path> all = Files.list(classes)) {
            assertThat(all).hasSize(3);
        }
        assertThat(beside).isNotEmpty();
        ginkgo.withFile("Beside.java", "class Beside {");
        assertThat(ginkgo.run("check", "Hello.java")).isEqualTo(65);
    }

    @Test
    @DisplayName("R-20 a damaged entry, a folder that is writable by others, or one that cannot be created is ignored")
    void ignoresUnusableCache() throws Exception {
        compile();
        Path file = file();
        byte[] whole = Files.readAllBytes(file);
        for (byte[] damaged : List.of(new byte[0], Arrays.copyOf(whole, whole.length - 70), flipped(whole))) {
            Files.write(file, damaged);
            assertThat(compile().classes()).containsOnlyKeys("Hello", "Beside");
            assertThat(file()).hasBinaryContent(whole);
        }
        Files.setPosixFilePermissions(classes, PosixFilePermissions.fromString("rwxrwxrwx"));
        Files.write(file, new byte[] {1});
        assertThat(compile().classes()).containsOnlyKeys("Hello", "Beside");
        assertThat(file).hasBinaryContent(new byte[] {1});
        ginkgo.environment(
                "XDG_CACHE_HOME",
                folder.resolve("Hello.java").resolve("no-folder").toString());
        assertThat(compile().classes()).containsOnlyKeys("Hello", "Beside");
    }

    @Test
    @DisplayName("R-20 the size of the cache is bounded; the most recently used entries are kept")
    void evictsOldEntries() throws Exception {
        ClassCache cache = new ClassCache(classes);
        CompiledClasses large = new CompiledClasses(
                Map.of("A", new byte[1 << 20]), List.of("A"), folder.toString(), Map.of(), Map.of());
        for (int i = 0; i < 70; i++) {
            cache.put("key " + i, large);
        }
        assertThat(cache.find("key 69")).isPresent();
        try (Stream<Path> all = Files.list(classes)) {
            assertThat(all.mapToLong(file -> file.toFile().length()).sum()).isBetween(32L << 20, 64L << 20);
        }
    }

    private static byte[] flipped(byte[] whole) {
        byte[] flipped = whole.clone();
        flipped[whole.length / 2] ^= 1;
        return flipped;
    }

    private Compilation compile(Path... classPath) {
        return new SourceCompiler(ginkgo.terminal(), List.of(classPath)).compile(folder.resolve("Hello.java"));
    }

    private Path file() throws IOException {
        try (Stream<Path> all = Files.list(classes)) {
            return all.toList().getFirst();
        }
    }

    /** Returns the identity of the file of the only entry; it differs after the entry has been rewritten. */
    private Object entry() throws IOException {
        return String.valueOf(
                Files.readAttributes(file(), BasicFileAttributes.class).fileKey());
    }
}
