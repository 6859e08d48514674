package dev.ginkgo.hub.exhaustion;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.testing.ExternalProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A hub with default settings in a process of its own that has 128 MiB of heap and ends when memory runs out. */
final class SmallHub implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("(?m)^listening on port (\\d+)$");

    private final ExternalProcess process;
    private final int port;

    private SmallHub(ExternalProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    static SmallHub start(Path folder) throws IOException {
        ExternalProcess process = ExternalProcess.start(
                folder,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHub.class.getName());
        process.awaitOutput("listening on port ");
        Matcher line = LISTENING.matcher(process.output());
        if (!line.find()) {
            process.close();
            throw new AssertionError("no port in: " + process.output());
        }
        return new SmallHub(process, Integer.parseInt(line.group(1)));
    }

    /** Runs the hub until its input ends or the process is killed. */
    public static void main(String[] arguments) throws IOException {
        MessageHub hub = new MessageHub();
        try (Ginkgo _ = Ginkgo.start(hub, "http.bind = '127.0.0.1:0'")) {
            IO.println("listening on port " + hub.address().port());
            while (System.in.read() >= 0) {
                // goes on until the parent closes the pipe, also when the parent dies
            }
        }
    }

    int port() {
        return port;
    }

    /** Returns what the process has logged. */
    String output() {
        return process.output();
    }

    @Override
    public void close() {
        process.close();
    }
}
