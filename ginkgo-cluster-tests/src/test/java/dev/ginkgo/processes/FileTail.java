package dev.ginkgo.processes;

import dev.ginkgo.testing.cluster.ScenarioEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The lines of a file that somebody else writes, each read once. */
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

    /** All that are whole by now. */
    synchronized List<String> lines() throws IOException {
        read();
        return List.copyOf(lines);
    }

    /** Those of them that a node has said, and no log. */
    synchronized List<ScenarioEvent> reports() throws IOException {
        read();
        return List.copyOf(reports);
    }

    private void read() throws IOException {
        try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
            in.seek(position);
            byte[] fresh = new byte[(int) (in.length() - position)];
            in.readFully(fresh);
            position += fresh.length;
            for (byte each : fresh) {
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
