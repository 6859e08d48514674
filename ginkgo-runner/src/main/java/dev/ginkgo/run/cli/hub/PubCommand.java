package dev.ginkgo.run.cli.hub;

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
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ginkgo pub}: publishes on a channel of a hub. Its exit codes are {@link ClientExitCode}. */
@Command(
        description = "Publishes a file, or each of its lines, on a channel of a hub.",
        footer = {
            "",
            "Retries while the hub is unreachable; a retry never publishes a message twice.",
            "Exit codes: 0 published, 65 rejected, 66 no input, 69 unreachable,",
            "75 hub busy or over a limit, 76 not a hub, 77 forbidden."
        })
public final class PubCommand extends ClientCommand {
    private static final int MAX_MESSAGE_BYTES = 1 << 30; // upper bound of the hub's message size setting

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "FILE",
            description = "The file to publish; - or no file: standard input.")
    private String file = "-";

    @Option(names = "--lines", description = "Publishes each line as a message; by default the whole file is one.")
    private boolean lines;

    @Option(names = "--binary", description = "Publishes bytes; by default the input is text in UTF-8.")
    private boolean binary;

    @Option(
            names = {"-v", "--verbose"},
            description = "Prints the hub's response for each message.")
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
        try (InputStream in = file.equals("-") ? streams().in() : Files.newInputStream(Path.of(file))) {
            if (lines) {
                publishLines(retryingPublisher, in);
            } else {
                publishWhole(retryingPublisher, in);
            }
            return ClientExitCode.DONE;
        } catch (NoSuchFileException e) { // its message is only the file name
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + file + ": no such file");
        } catch (AccessDeniedException e) {
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + file + ": permission denied");
        } catch (IOException e) {
            throw new FatalException(ClientExitCode.NO_INPUT, "cannot read " + file + ": " + e.getMessage());
        }
    }

    private void publishWhole(RetryingPublisher retryingPublisher, InputStream in)
            throws IOException, InterruptedException {
        byte[] message = in.readNBytes(MAX_MESSAGE_BYTES + 1);
        if (message.length > MAX_MESSAGE_BYTES) {
            throw new FatalException(
                    ClientExitCode.REJECTED,
                    file + " is larger than the maximum message size (1 GiB); use --lines to publish each line");
        }
        printReceipt(retryingPublisher.publish(message));
    }

    private void publishLines(RetryingPublisher retryingPublisher, InputStream in)
            throws IOException, InterruptedException {
        LineInput input = new LineInput(in, MAX_MESSAGE_BYTES, ClientExitCode.REJECTED);
        try {
            for (Optional<byte[]> line = input.next(); line.isPresent(); line = input.next()) {
                printReceipt(retryingPublisher.publish(line.get()));
            }
        } catch (FatalException e) {
            throw new FatalException(
                    e.exitCode(),
                    "line " + (retryingPublisher.count() + 1) + ": " + e.text()
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
