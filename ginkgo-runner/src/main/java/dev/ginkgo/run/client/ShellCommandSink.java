package dev.ginkgo.run.client;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Runs a shell command for each message, one at a time, with the payload as standard input. */
public final class ShellCommandSink implements MessageSink {
    private final String command;
    private @Nullable String lastDelivered;

    public ShellCommandSink(String command) {
        this.command = command;
    }

    @Override
    public void accept(StreamEvent.Message message) throws InterruptedException {
        int code;
        try {
            code = run(message);
        } catch (IOException e) {
            throw new FatalException(
                    ClientExitCode.COMMAND_FAILED, "cannot run \"" + command + "\": " + e.getMessage());
        }
        if (code != 0) {
            throw new FatalException(
                    ClientExitCode.COMMAND_FAILED,
                    "\"" + command + "\" failed with exit code " + code + " for message " + message.messageId() + " of "
                            + message.channel()
                            + (lastDelivered == null
                                    ? ""
                                    : "; to resume with that message, use --since " + lastDelivered));
        }
        lastDelivered = message.messageId();
    }

    private int run(StreamEvent.Message message) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(Map.of("MESSAGE_ID", message.messageId(), "MESSAGE_CHANNEL", message.channel()));
        Process process = builder.start();
        try (OutputStream input = process.getOutputStream()) {
            message.payload().writeTo(input);
        } catch (IOException _) {
            // the command closed its input without reading all of it, which is allowed
        }
        return process.waitFor();
    }
}
