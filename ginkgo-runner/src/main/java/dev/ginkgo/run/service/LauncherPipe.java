package dev.ginkgo.run.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.log.StandardStreams;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The script that has made this process a daemon and waits until its start is over. It listens on a pipe: lines that
 * begin with {@code 1} and {@code 2} are for its standard output and error, and {@code = CODE} is the exit code. If
 * the pipe ends without one, the process has died. For the main thread.
 */
public final class LauncherPipe {
    private static final String PROPERTY = "ginkgo.launcher.descriptor";

    private final int descriptor;
    private @Nullable OutputStream pipe;

    private LauncherPipe(int descriptor, OutputStream pipe) {
        this.descriptor = descriptor;
        this.pipe = pipe;
    }

    /** The one of this process, if the script has left a descriptor. */
    public static Optional<LauncherPipe> ofCurrentProcess() {
        Integer descriptor = Integer.getInteger(PROPERTY);
        if (descriptor == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(new LauncherPipe(descriptor, new FileOutputStream("/dev/fd/" + descriptor)));
        } catch (IOException e) {
            return Optional.empty(); // not started by the script
        }
    }

    void out(String text) {
        text.lines().forEach(line -> write("1 " + line));
    }

    void err(String text) {
        text.lines().forEach(line -> write("2 " + line));
    }

    /** The last word; what comes after it is lost. */
    public void end(int code) {
        write("= " + code);
        OutputStream open = pipe;
        pipe = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // the script has gone, and there is nobody to tell
            }
            new StandardStreams().close(descriptor);
        }
    }

    private void write(String line) {
        if (pipe == null) {
            return;
        }
        try {
            pipe.write((line + "\n").getBytes(UTF_8));
            pipe.flush();
        } catch (IOException e) {
            // Ctrl-C has ended the script; the daemon gets its TERM from there
        }
    }
}
