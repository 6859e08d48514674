package dev.ginkgo.run.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.function.UnaryOperator;

/**
 * Prints messages as lines of text, after the name of their channel and a tab. For a terminal, control characters are
 * replaced: an escape sequence in a message could otherwise change the terminal.
 */
public final class TextSink implements MessageSink {
    private static final String CONTROL = "[\\p{Cntrl}&&[^\n\t]]";

    private final PrintStream console;
    private final OutputStream out;
    private final TextOptions options;
    private final UnaryOperator<String> nameStyle;

    /**
     * Options of the output.
     *
     * @param names whether to print the name of the channel
     * @param terminal whether to replace control characters
     */
    public record TextOptions(boolean names, boolean terminal) {}

    /**
     * @param nameStyle changes the names of channels, for instance their colour
     */
    public TextSink(PrintStream console, TextOptions options, UnaryOperator<String> nameStyle) {
        this.console = console;
        this.out = new BufferedOutputStream(console, 64 * 1024);
        this.options = options;
        this.nameStyle = nameStyle;
    }

    @Override
    public void accept(StreamEvent.Message message) {
        try {
            if (options.names) {
                out.write((nameStyle.apply(message.channel()) + "\t").getBytes(UTF_8));
            }
            if (options.terminal) {
                ByteArrayOutputStream payload = new ByteArrayOutputStream();
                message.payload().writeTo(payload);
                out.write(payload.toString(UTF_8).replaceAll(CONTROL, "?").getBytes(UTF_8));
            } else {
                message.payload().writeTo(out);
            }
            out.write('\n');
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
