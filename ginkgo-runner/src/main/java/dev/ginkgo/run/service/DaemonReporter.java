package dev.ginkgo.run.service;

import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.run.log.RotatingLogFile;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Scanner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports to the log, and until the start is complete also to the launcher, which waits for it. */
final class DaemonReporter implements Reporter {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final int LAST_LINES = 10;

    private final LauncherPipe launcherPipe;
    private final Path log;
    private final long logSizeAtStart;

    DaemonReporter(LauncherPipe launcherPipe, RotatingLogFile log) {
        this.launcherPipe = launcherPipe;
        this.log = log.path();
        logSizeAtStart = size(this.log);
    }

    @Override
    public void info(String text) {
        LOG.info("{}", text);
    }

    @Override
    public void ready(Status status, Duration after) {
        String text = LifecycleMessages.readiness(status, after, "");
        LOG.info("{}", text);
        launcherPipe.out(text);
        launcherPipe.end(ExitCode.OK.number());
    }

    @Override
    public void startFailed(String why) {
        launcherPipe.err(why);
        List<String> lines = lastLines();
        if (!lines.isEmpty()) {
            launcherPipe.err("Last lines of " + log + ":");
            lines.forEach(line -> launcherPipe.err("    " + line));
        }
        LOG.error("{}", why);
    }

    @Override
    public void error(String text) {
        LOG.error("{}", text);
    }

    /** Returns the last lines of the log written since the start. */
    private List<String> lastLines() {
        Deque<String> lines = new ArrayDeque<>();
        try (FileChannel file = FileChannel.open(log);
                Scanner scanner =
                        new Scanner(Channels.newReader(file.position(logSizeAtStart), StandardCharsets.UTF_8))) {
            while (scanner.hasNextLine()) {
                lines.add(scanner.nextLine());
                if (lines.size() > LAST_LINES) {
                    lines.removeFirst();
                }
            }
        } catch (IOException e) {
            LOG.debug("cannot read the log", e);
        }
        return List.copyOf(lines);
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            return 0;
        }
    }
}
