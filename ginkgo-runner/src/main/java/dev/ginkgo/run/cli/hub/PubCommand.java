package dev.ginkgo.run.cli.hub;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.cli.option.DurationConverter;
import dev.ginkgo.run.client.ChannelUrl;
import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubHttpClient;
import dev.ginkgo.run.client.LineInput;
import dev.ginkgo.run.client.Retrier;
import dev.ginkgo.run.client.RetryingPublisher;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ginkgo pub}: publishes on a channel of a hub. Its exit codes are {@link ClientExitCode}. */
@Command(
        description = "Publishes a message, standard input or a file, or each line of it, on a channel of a hub.",
        footer = {
            "",
            "One line feed at the end of standard input or of a file is not published, except with --binary.",
            "Retries while the hub is unreachable; a retry never publishes a message twice.",
            "Exit codes: 0 published, 65 rejected, 66 no input, 69 unreachable,",
            "75 hub busy or over a limit, 76 not a hub, 77 forbidden."
        })
public final class PubCommand extends ClientCommand {
    private static final int MAX_MESSAGE_BYTES = 1 << 30; // upper bound of the hub's message size setting

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "MESSAGE",
            description = "The message; - or no message: standard input.")
    private @Nullable String message;

    @Option(
            names = {"-m", "--message"},
            paramLabel = "MESSAGE",
            description = "A message, also one that is - or begins with a hyphen. May be repeated.")
    private List<String> messages = new ArrayList<>();

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "A file to publish. May be repeated.")
    private List<String> files = new ArrayList<>();

    @Option(names = "--lines", description = "Publishes each line as a message; by default the whole input is one.")
    private boolean lines;

    @Option(
            names = "--binary",
            description =
                    "Publishes bytes as they are; by default the input is text in UTF-8, without its last line feed.")
    private boolean binary;

    @Option(
            names = {"-v", "--verbose", "--json"},
            description = "Prints the hub's response for each message, a JSON object with its id.")
    private boolean verbose;

    @Option(
            names = "--retry-for",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "How long to retry if the hub is unreachable, such as 5s or 2m (default: 10s).")
    private Duration retryFor = Duration.ofSeconds(10);

    public PubCommand(ClientStreams clientStreams) {
        super(clientStreams);
    }

    @Override
    ClientExitCode run(HubHttpClient hubHttpClient, ChannelUrl channel) throws InterruptedException {
        SecureRandom random = new SecureRandom();
        byte[] key = new byte[16];
        random.nextBytes(key);
        return publish(new RetryingPublisher(
                hubHttpClient,
                channel,
                binary ? "application/octet-stream" : "text/plain; charset=utf-8",
                new Retrier(streams(), TimeSource.system(), random),
                retryFor,
                HexFormat.of().formatHex(key)));
    }

    private ClientExitCode publish(RetryingPublisher retryingPublisher) throws InterruptedException {
        if ((message == null ? 0 : 1) + (messages.isEmpty() ? 0 : 1) + (files.isEmpty() ? 0 : 1) > 1) {
            throw new FatalException(ClientExitCode.USAGE, "give a message, --message or --file, not several of them");
        }
        for (String each : messages) {
            printReceipt(retryingPublisher.publish(each.getBytes(UTF_8)));
        }
        for (String file : files) {
            publishInput(retryingPublisher, file, () -> Files.newInputStream(Path.of(file)));
        }
        if (message != null && !message.equals("-")) {
            warnIfFile(message);
            printReceipt(retryingPublisher.publish(message.getBytes(UTF_8)));
        } else if (messages.isEmpty() && files.isEmpty()) {
            publishInput(retryingPublisher, "standard input", () -> streams().in());
        }
        return ClientExitCode.DONE;
    }

    /** Warns of the likely mistake that a file name was given as the message. */
    private void warnIfFile(String text) {
        try {
            if (Files.isRegularFile(Path.of(text))) {
                streams()
                        .printError(
                                "publishing the text \"" + text + "\"; to publish the file of that name, use --file");
            }
        } catch (InvalidPathException _) {
            // not a file name
        }
    }

    /** Opens a file or standard input. */
    private interface InputOpener {
        InputStream open() throws IOException;
    }

    private void publishInput(RetryingPublisher retryingPublisher, String name, InputOpener inputOpener)
            throws InterruptedException {
        try (InputStream in = inputOpener.open()) {
            if (lines) {
                publishLines(retryingPublisher, in);
            } else {
                publishWhole(retryingPublisher, name, in);
            }
        } catch (NoSuchFileException e) { // its message is only the file name
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + name + ": no such file");
        } catch (AccessDeniedException e) {
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + name + ": permission denied");
        } catch (IOException e) {
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + name + ": " + e.getMessage());
        }
    }

    private void publishWhole(RetryingPublisher retryingPublisher, String name, InputStream in)
            throws IOException, InterruptedException {
        byte[] bytes = in.readNBytes(MAX_MESSAGE_BYTES + 1);
        if (bytes.length > MAX_MESSAGE_BYTES) {
            throw new FatalException(
                    ClientExitCode.REJECTED,
                    name + " is larger than the maximum message size (1 GiB); use --lines to publish each line");
        }
        printReceipt(retryingPublisher.publish(binary ? bytes : withoutLineFeed(bytes)));
    }

    /** Returns the text without one line feed, or carriage return and line feed, at its end. */
    private static byte[] withoutLineFeed(byte[] text) {
        int end = text.length;
        if (end > 0 && text[end - 1] == '\n') {
            end--;
            if (end > 0 && text[end - 1] == '\r') {
                end--;
            }
        }
        return end == text.length ? text : Arrays.copyOf(text, end);
    }

    private void publishLines(RetryingPublisher retryingPublisher, InputStream in)
            throws IOException, InterruptedException {
        LineInput lineInput = new LineInput(in, MAX_MESSAGE_BYTES, ClientExitCode.REJECTED);
        long before = retryingPublisher.count();
        try {
            for (Optional<byte[]> line = lineInput.next(); line.isPresent(); line = lineInput.next()) {
                printReceipt(retryingPublisher.publish(line.get()));
            }
        } catch (FatalException e) {
            throw new FatalException(
                    e.exitCode(),
                    "line " + (retryingPublisher.count() - before + 1) + ": " + e.text()
                            + " (the lines before it were published)");
        }
    }

    private void printReceipt(byte[] receipt) {
        if (verbose) {
            streams().out().writeBytes(receipt);
            streams().out().println();
            if (streams().out().checkError()) {
                verbose = false; // standard output is closed; publishing continues
            }
        }
    }
}
