package dev.ginkgo.run.compile;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * File format of the class cache: the complete key, the result of the compilation, and a digest over both, which detects
 * truncated and damaged files.
 */
final class ClassCacheFile {
    private static final String SUFFIX = ".java";

    private ClassCacheFile() {}

    static byte[] write(String key, CompiledClasses compiled) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        text(out, key);
        out.writeInt(compiled.classes().size());
        for (Map.Entry<String, byte[]> each : compiled.classes().entrySet()) {
            text(out, each.getKey());
            bytes(out, each.getValue());
        }
        texts(out, compiled.classesOfFile());
        text(out, compiled.root());
        out.writeInt(compiled.sources().size());
        for (Map.Entry<String, String> each : compiled.sources().entrySet()) {
            text(out, each.getKey());
            text(out, each.getValue());
        }
        out.writeInt(compiled.packages().size());
        for (Map.Entry<String, List<String>> each : compiled.packages().entrySet()) {
            text(out, each.getKey());
            texts(out, each.getValue());
        }
        out.write(TextDigest.of(bytes.toByteArray()).getBytes(US_ASCII));
        return bytes.toByteArray();
    }

    /**
     * Parses a file.
     *
     * @throws IOException if the file is damaged or belongs to another key
     */
    static CompiledClasses read(String key, byte[] file) throws IOException {
        int length = file.length - TextDigest.LENGTH;
        if (length < 0
                || !TextDigest.of(Arrays.copyOf(file, length))
                        .equals(new String(file, length, TextDigest.LENGTH, US_ASCII))) {
            throw new IOException("damaged file");
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(file, 0, length));
        if (!text(in).equals(key)) {
            throw new IOException("file of another key");
        }
        Map<String, byte[]> classes = new LinkedHashMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            classes.put(text(in), bytes(in));
        }
        List<String> ofFile = texts(in);
        String root = text(in);
        Map<String, String> sources = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            sources.put(text(in), text(in));
        }
        Map<String, List<String>> packages = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            packages.put(text(in), texts(in));
        }
        return new CompiledClasses(classes, ofFile, root, sources, packages);
    }

    /** Returns whether the sources are unchanged and no source file was added to or removed from their packages. */
    static boolean isFresh(CompiledClasses compiled) throws IOException {
        for (Map.Entry<String, String> source : compiled.sources().entrySet()) {
            if (!TextDigest.of(Files.readAllBytes(Path.of(source.getKey()))).equals(source.getValue())) {
                return false;
            }
        }
        for (Map.Entry<String, List<String>> each : compiled.packages().entrySet()) {
            if (!sources(Path.of(each.getKey())).equals(each.getValue())) {
                return false;
            }
        }
        return true;
    }

    /** Returns the sorted names of the source files in a folder; empty if there is no such folder. */
    static List<String> sources(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> name.endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        }
    }

    private static void text(DataOutputStream out, String text) throws IOException {
        bytes(out, text.getBytes(UTF_8));
    }

    private static String text(DataInputStream in) throws IOException {
        return new String(bytes(in), UTF_8);
    }

    private static void texts(DataOutputStream out, List<String> texts) throws IOException {
        out.writeInt(texts.size());
        for (String text : texts) {
            text(out, text);
        }
    }

    private static List<String> texts(DataInputStream in) throws IOException {
        List<String> texts = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            texts.add(text(in));
        }
        return texts;
    }

    private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        return in.readNBytes(in.readInt());
    }
}
