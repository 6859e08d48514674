package dev.ginkgo.run.service;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.log.StandardStreams;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pipe to the launcher script, which started this process as a daemon and waits until the start is complete. Lines that
 * begin with {@code 1} and {@code 2} go to the script's standard output and error; {@code = CODE} is its exit code. If
 * the pipe closes without an exit code, the process has died. Confined to the main thread.
 */
public final class LauncherPipe {
    private static final String PROPERTY = "ginkgo.launcher.descriptor";

    private final int descriptor;
    private @Nullable OutputStream pipe;

    private LauncherPipe(int descriptor, OutputStream pipe) {
        this.descriptor = descriptor;
        this.pipe = pipe;
    }

    /** Returns the pipe of this process, if the script passed a file descriptor. */
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

    /** Sends the exit code and closes the pipe; later output is discarded. */
    public void end(int code) {
        write("= " + code);
        OutputStream open = pipe;
        pipe = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                // the script has exited
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
            // the script was interrupted and has sent TERM to this process
        }
    }
}
