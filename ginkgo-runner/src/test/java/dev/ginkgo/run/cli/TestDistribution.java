package dev.ginkgo.run.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

/**
 * A distribution ({@code bin/ginkgo} and {@code lib/*.jar}) built from the class path under test, because the packaged
 * one does not exist yet when tests run. Includes the class-data archive, as in the packaged distribution.
 */
final class TestDistribution {
    private TestDistribution() {}

    private static final class Holder {
        static final Path SCRIPT = create();

        private static Path create() {
            try {
                Path folder = Path.of("target", "distribution-under-test").toAbsolutePath();
                if (Files.exists(folder)) {
                    try (Stream<Path> previous = Files.walk(folder)) {
                        previous.sorted(Comparator.reverseOrder()).forEach(file -> {
                            if (!file.toFile().delete()) {
                                throw new AssertionError(file + " cannot be deleted");
                            }
                        });
                    }
                }
                return TestDistribution.create(folder);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Returns the path of the {@code ginkgo} script; the distribution is created once for all tests. */
    static Path script() {
        return Holder.SCRIPT;
    }

    private static Path create(Path folder) throws IOException, InterruptedException {
        Path lib = Files.createDirectories(folder.resolve("lib"));
        Path bin = Files.createDirectories(folder.resolve("bin"));
        int number = 100; // the jars sort in the order of the class path
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path jar = lib.resolve(number++ + ".jar");
            if (Files.isDirectory(Path.of(entry))) {
                jar(Path.of(entry), jar);
            } else if (Files.exists(Path.of(entry))) {
                Files.copy(Path.of(entry), jar);
            }
        }
        Path script = bin.resolve("ginkgo");
        Files.copy(
                Path.of(System.getProperty("ginkgo.root", ".."), "ginkgo"), script, StandardCopyOption.COPY_ATTRIBUTES);
        archive(script);
        return script;
    }

    /** Has the launcher create the archive, because the JVM ignores one that was created with other options. */
    private static void archive(Path script) throws IOException, InterruptedException {
        Path output = script.resolveSibling("archive.txt");
        ProcessBuilder builder = new ProcessBuilder(script.toString(), "warm-up")
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("GINKGO_JAVA_HOME", System.getProperty("java.home"));
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new AssertionError("the class-data archive was not created: " + Files.readString(output));
        }
    }

    private static void jar(Path classes, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    entries.putNextEntry(
                            new ZipEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                    Files.copy(file, entries);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }
}
