package dev.ginkgo.run.log;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogReaderTest {
    private static final ZoneId ZONE = ZoneId.of("Asia/Kolkata"); // 5:30 h east of UTC

    @TempDir
    private Path folder = Path.of("");

    @Test
    @DisplayName("R-56 lines since a time continue into rotated files; a line without a timestamp belongs to the record"
            + " before")
    void readsSince_acrossRotation() throws IOException {
        // Given
        write("x.log.2", "2026-11-25 09:59:59.999 INFO  a - old\n    at old\n");
        write("x.log.1", "2026-11-25 10:00:00.000 INFO  a - one\n    at one\n2026-11-25 10:00:01.000 INFO  a - two\n");
        write("x.log", "printed\n2026-11-25 10:00:02.000 INFO  a - three\n");
        LogReader reader = new LogReader(folder.resolve("x.log"), ZONE);

        // When / Then
        assertThat(text(reader.since(Instant.parse("2026-11-25T04:30:00Z")))).isEqualTo("""
            2026-11-25 10:00:00.000 INFO  a - one
                at one
            2026-11-25 10:00:01.000 INFO  a - two
            printed
            2026-11-25 10:00:02.000 INFO  a - three
            """);
        assertThat(text(reader.since(Instant.parse("2026-11-25T04:30:00.500Z"))))
                .isEqualTo("2026-11-25 10:00:01.000 INFO  a - two\nprinted\n2026-11-25 10:00:02.000 INFO  a - three\n");
        assertThat(text(reader.since(Instant.parse("2026-11-25T04:30:03Z")))).isEmpty();
        assertThat(text(reader.since(Instant.EPOCH)))
                .startsWith("2026-11-25 09:59:59.999")
                .endsWith("three\n");
    }

    @Test
    @DisplayName("R-56 records in JSON are selected by their timestamp, too")
    void readsSince_withJson() throws IOException {
        write("x.log", """
            {"sequenceNumber":0,"timestamp":1000,"level":"INFO"}
            printed
            {"sequenceNumber":0,"timestamp":2000,"level":"INFO"}
            """);
        LogReader reader = new LogReader(folder.resolve("x.log"), ZONE);
        assertThat(text(reader.since(Instant.ofEpochMilli(1_001))))
                .isEqualTo("{\"sequenceNumber\":0,\"timestamp\":2000,\"level\":\"INFO\"}\n");
    }

    @Test
    @DisplayName(
            "R-56 the last lines are counted from the end, across rotated files, also with an incomplete last line")
    void readsLastLines() throws IOException {
        // Given files larger than a chunk of the reader
        String numbers =
                IntStream.range(0, 30_000).mapToObj(each -> each + "\n").collect(joining());
        write("x.log.1", "a\nb\n");
        write("x.log", numbers + "end");
        LogReader reader = new LogReader(folder.resolve("x.log"), ZONE);

        // When / Then
        assertThat(text(LogReader.last(0, reader.all()))).isEmpty();
        assertThat(text(LogReader.last(1, reader.all()))).isEqualTo("end");
        assertThat(text(LogReader.last(3, reader.all()))).isEqualTo("29998\n29999\nend");
        assertThat(text(LogReader.last(30_001, reader.all()))).isEqualTo(numbers + "end");
        assertThat(text(LogReader.last(30_002, reader.all()))).isEqualTo("b\n" + numbers + "end");
        assertThat(text(LogReader.last(Long.MAX_VALUE, reader.all()))).isEqualTo("a\nb\n" + numbers + "end");
        assertThat(LogReader.last(2, reader.all()).getFirst().lineNumber()).isEqualTo(30_000);
        write("x.log", "");
        assertThat(text(LogReader.last(1, reader.all()))).isEqualTo("b\n");
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private static String text(List<LogReader.Part> parts) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (LogReader.Part part : parts) {
            part.copyTo(out);
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
