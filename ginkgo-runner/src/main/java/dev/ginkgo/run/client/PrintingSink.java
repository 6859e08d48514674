package dev.ginkgo.run.client;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;

/** Prints messages, each followed by a terminator character. */
public final class PrintingSink implements MessageSink {
    private final PrintStream console;
    private final OutputStream out;
    private final boolean json;
    private final char end;

    /**
     * @param json whether to print the JSON object rather than the payload
     * @param end the terminator
     */
    public PrintingSink(PrintStream console, boolean json, char end) {
        this.console = console;
        this.out = new BufferedOutputStream(console, 64 * 1024);
        this.json = json;
        this.end = end;
    }

    @Override
    public void accept(StreamEvent.Message message) {
        try {
            (json ? message.json() : message.payload()).writeTo(out);
            out.write(end);
        } catch (IOException e) {
            throw outputClosed();
        }
    }

    @Override
    public void flush() {
        try {
            out.flush();
        } catch (IOException e) {
            throw outputClosed();
        }
        if (console.checkError()) {
            throw outputClosed();
        }
    }

    /** Ends silently with the exit code of a process killed by SIGPIPE. */
    private static FatalException outputClosed() {
        return new FatalException(ClientExitCode.OUTPUT_CLOSED, "");
    }
}
