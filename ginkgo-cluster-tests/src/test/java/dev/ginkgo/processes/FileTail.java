package dev.ginkgo.processes;

import dev.ginkgo.testing.cluster.ScenarioEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads the lines of a file that another process appends to; each line is read once. */
final class FileTail {
    private final Path file;

    // guarded by this
    private final List<String> lines = new ArrayList<>();
    private final List<ScenarioEvent> reports = new ArrayList<>();
    private final ByteArrayOutputStream unfinished = new ByteArrayOutputStream();
    private long position;

    FileTail(Path file) {
        this.file = file;
    }

    /** Returns all complete lines so far. */
    synchronized List<String> lines() throws IOException {
        read();
        return List.copyOf(lines);
    }

    /** Returns the events in these lines, without log lines. */
    synchronized List<ScenarioEvent> reports() throws IOException {
        read();
        return List.copyOf(reports);
    }

    private void read() throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(position);
            byte[] appended = new byte[(int) (in.length() - position)];
            in.readFully(appended);
            position += appended.length;
            for (byte each : appended) {
                if (each == '\n') {
                    String line = unfinished.toString(StandardCharsets.UTF_8);
                    unfinished.reset();
                    lines.add(line);
                    ScenarioEvent.parse(line).ifPresent(reports::add);
                } else {
                    unfinished.write(each);
                }
            }
        }
    }
}
