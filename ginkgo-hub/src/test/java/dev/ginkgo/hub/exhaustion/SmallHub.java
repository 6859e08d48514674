package dev.ginkgo.hub.exhaustion;

import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.testing.ExternalProcess;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A hub with default settings in a process of its own that has 128 MiB of heap and ends when memory runs out. */
final class SmallHub implements AutoCloseable {
    private static final Pattern LISTENING = Pattern.compile("(?m)^listening on port (\\d+)$");

    private final ExternalProcess process;
    private final int port;
    private int questions;

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
            // goes on until the parent closes the pipe, also when the parent dies
            for (int answers = 1; System.in.read() >= 0; answers++) {
                IO.println("event loops " + answers + ": " + loopCpuNanos() + " ns");
            }
        }
    }

    private static long loopCpuNanos() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        return Arrays.stream(threads.getThreadInfo(threads.getAllThreadIds()))
                .filter(thread -> thread != null && thread.getThreadName().contains("#loop-"))
                .mapToLong(thread -> threads.getThreadCpuTime(thread.getThreadId()))
                .sum();
    }

    int port() {
        return port;
    }

    /** Returns the processor time that the event loops of the hub have used so far, in nanoseconds. */
    long cpuNanos() throws IOException {
        questions++;
        process.sendLine();
        process.awaitOutput("event loops " + questions + ": ");
        Matcher answer =
                Pattern.compile("event loops " + questions + ": (\\d+) ns").matcher("");
        await().until(() -> answer.reset(process.output()).find());
        return Long.parseLong(answer.group(1));
    }

    /** Returns what the process has logged. */
    String output() {
        return process.output().replaceAll("(?m)^event loops \\d+: \\d+ ns\\n", "");
    }

    @Override
    public void close() {
        process.close();
    }
}
