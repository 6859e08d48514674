package dev.ginkgo.run.log;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the end of a log: its last lines, or the lines since a time, also from rotated files. A line without a
 * timestamp, such as printed output or a stack frame, has the time of the record before it.
 */
public final class LogReader {
    private static final Pattern TEXT = Pattern.compile("(\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d\\.\\d{3}) .*");
    private static final Pattern JSON = Pattern.compile("\\{.{0,80}?\"timestamp\":(\\d{1,15})[,}].*");
    private static final int MAX_PREFIX_LENGTH = 200; // of a line, in which the timestamp is
    private static final int CHUNK_BYTES = 64 * 1024;

    private final Path file;
    private final ZoneId zone;

    /**
     * Part of a file, from an offset to its end.
     *
     * @param file the file
     * @param offset the offset in bytes, at the start of a line
     */
    public record Part(Path file, long offset) {
        /** Copies the part. */
        public void copyTo(OutputStream out) throws IOException {
            try (InputStream in = Files.newInputStream(file)) {
                in.skipNBytes(offset);
                in.transferTo(out);
            }
        }

        /** Returns the number of the first line in the file, starting with 1. */
        public long lineNumber() throws IOException {
            long line = 1;
            try (InputStream in = new BufferedInputStream(Files.newInputStream(file), CHUNK_BYTES)) {
                for (long i = 0; i < offset; i++) {
                    line += in.read() == '\n' ? 1 : 0;
                }
            }
            return line;
        }
    }

    /**
     * @param file the log
     * @param zone the zone of the timestamps in the log
     */
    public LogReader(Path file, ZoneId zone) {
        this.file = file;
        this.zone = zone;
    }

    /**
     * Returns the parts of the log and its rotated files that were written since a time, oldest first.
     *
     * @throws IOException if a file cannot be read
     */
    public List<Part> since(Instant begin) throws IOException {
        List<Part> parts = new ArrayList<>();
        Optional<Path> next = Optional.of(file);
        while (next.isPresent()) {
            Start start = start(next.get(), begin);
            parts.addFirst(new Part(next.get(), start.offset));
            next = start.complete ? older(next.get()) : Optional.empty();
        }
        return List.copyOf(parts);
    }

    /** Returns the whole log without its rotated files. */
    public List<Part> current() {
        return List.of(new Part(file, 0));
    }

    /** Returns the whole log with its rotated files, oldest first. */
    public List<Part> all() {
        List<Part> parts = new ArrayList<>();
        for (Optional<Path> next = Optional.of(file); next.isPresent(); next = older(next.get())) {
            parts.addFirst(new Part(next.get(), 0));
        }
        return List.copyOf(parts);
    }

    /**
     * Returns the last lines of the given parts.
     *
     * @param count the maximum number of lines
     */
    public static List<Part> last(long count, List<Part> parts) throws IOException {
        List<Part> last = new ArrayList<>();
        long missing = count;
        for (Part part : parts.reversed()) {
            if (missing <= 0) {
                break;
            }
            Tail tail = tail(part, missing);
            last.addFirst(new Part(part.file, tail.offset));
            missing -= tail.lines;
        }
        return List.copyOf(last);
    }

    /**
     * Where the lines since a time begin in a file.
     *
     * @param complete whether the whole file belongs to them, so that an older file may, too
     */
    private record Start(long offset, boolean complete) {}

    private Start start(Path part, Instant begin) throws IOException {
        long offset = 0;
        boolean first = true;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(part), CHUNK_BYTES)) {
            StringBuilder prefix = new StringBuilder(MAX_PREFIX_LENGTH);
            long lineStart = 0;
            for (int next = in.read(); next >= 0; next = in.read()) {
                offset++;
                if (next != '\n') {
                    if (prefix.length() < MAX_PREFIX_LENGTH) {
                        prefix.append((char) next);
                    }
                    continue;
                }
                OptionalLong millis = millis(prefix);
                if (millis.isPresent()) {
                    if (millis.getAsLong() >= begin.toEpochMilli()) {
                        return new Start(first ? 0 : lineStart, first);
                    }
                    first = false;
                }
                prefix.setLength(0);
                lineStart = offset;
            }
        }
        return new Start(offset, false);
    }

    /** Returns the time of a line, in milliseconds since 1970. */
    private OptionalLong millis(CharSequence line) {
        Matcher json = JSON.matcher(line);
        if (json.matches()) {
            return OptionalLong.of(Long.parseLong(json.group(1)));
        }
        Matcher text = TEXT.matcher(line);
        if (!text.matches()) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(LocalDateTime.parse(text.group(1) + "T" + text.group(2))
                    .atZone(zone)
                    .toInstant()
                    .toEpochMilli());
        } catch (DateTimeException e) {
            return OptionalLong.empty(); // printed output that resembles a timestamp
        }
    }

    /** Last lines of a part: their offset in the file, and their number. */
    private record Tail(long offset, long lines) {}

    private static Tail tail(Part part, long count) throws IOException {
        try (FileChannel channel = FileChannel.open(part.file)) {
            long end = channel.size();
            long lines = 0;
            byte[] chunk = new byte[CHUNK_BYTES];
            for (long position = end; position > part.offset; ) {
                int length = (int) Math.min(CHUNK_BYTES, position - part.offset);
                position -= length;
                String text = read(channel, ByteBuffer.wrap(chunk, 0, length), position, chunk);
                for (int i = text.length() - 1; i >= 0; i--) {
                    if (text.charAt(i) == '\n' && position + i + 1 < end && ++lines == count) {
                        return new Tail(position + i + 1, lines);
                    }
                }
            }
            return new Tail(part.offset, end > part.offset ? lines + 1 : 0);
        }
    }

    private static String read(FileChannel channel, ByteBuffer buffer, long position, byte[] chunk) throws IOException {
        while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) >= 0) {
            // the file cannot shrink below its earlier size, except by another program
        }
        return new String(chunk, 0, buffer.position(), ISO_8859_1);
    }

    /** Returns the next older file. A file that is renamed in the meantime is read under its new name, or left out. */
    private Optional<Path> older(Path newer) {
        String name = String.valueOf(newer.getFileName());
        String log = String.valueOf(file.getFileName());
        int number = name.equals(log) ? 0 : Integer.parseInt(name.substring(log.length() + 1));
        Path older = file.resolveSibling(log + "." + (number + 1));
        return Files.isRegularFile(older) ? Optional.of(older) : Optional.empty();
    }
}
