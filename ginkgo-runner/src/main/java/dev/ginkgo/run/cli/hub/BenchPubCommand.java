package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ChannelUrl;
import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import dev.ginkgo.run.client.HubHttpClient;
import dev.ginkgo.run.client.Retrier;
import dev.ginkgo.run.client.RetryingPublisher;
import dev.ginkgo.time.TimeSource;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code ginkgo bench pub}: publishes as fast as possible, or at a rate, and measures the time of each publish. */
@Command(
        name = "pub",
        description = "Publishes messages as fast as possible, and prints the rate and the time of a publish.",
        footer = {
            "",
            "Each client publishes one message at a time over a connection of its own. The time is that from the"
                    + " request",
            "to the response, and includes the client. \"ginkgo bench sub\" measures how long these messages take."
        })
public final class BenchPubCommand extends BenchCommand {
    private static final int MAX_SIZE = 1 << 30; // upper bound of the hub's message size setting

    @Option(names = "--size", paramLabel = "BYTES", description = "The size of a message in bytes (default: 128).")
    private int size = 128;

    @Option(
            names = "--rate",
            paramLabel = "N",
            description = "Messages per second, over all clients (default: as fast as possible).")
    private double rate;

    public BenchPubCommand(ClientStreams clientStreams) {
        super(clientStreams);
    }

    @Override
    ClientExitCode run(HubHttpClient hubHttpClient, ChannelUrl channel) throws InterruptedException {
        requirePositive();
        if (size < 0 || size > MAX_SIZE || rate < 0) {
            throw new FatalException(
                    ClientExitCode.USAGE, "--size must be from 0 to " + MAX_SIZE + ", --rate positive");
        }
        SecureRandom random = new SecureRandom();
        TimeSource timeSource = TimeSource.system();
        AtomicInteger next = new AtomicInteger();
        long begin = timeSource.nanos();
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < Math.min(clients(), messages()); i++) {
            byte[] key = new byte[16];
            random.nextBytes(key);
            RetryingPublisher publisher = new RetryingPublisher(
                    hubHttpClient,
                    channel,
                    "text/plain; charset=utf-8",
                    new Retrier(streams(), timeSource, random),
                    Duration.ZERO,
                    HexFormat.of().formatHex(key));
            all.add(() -> publish(publisher, next, begin, timeSource));
        }
        return run(all, "published");
    }

    private void publish(RetryingPublisher publisher, AtomicInteger next, long begin, TimeSource timeSource)
            throws InterruptedException {
        for (int number = next.getAndIncrement(); number < messages(); number = next.getAndIncrement()) {
            if (rate > 0) {
                long due = begin + (long) (number * 1e9 / rate);
                TimeUnit.NANOSECONDS.sleep(due - timeSource.nanos());
            }
            byte[] payload = BenchPayload.create(size, timeSource.now());
            long start = timeSource.nanos();
            publisher.publish(payload);
            long end = timeSource.nanos();
            recorder().record(size, start, end);
            recorder().recordLatency(end - start);
        }
    }
}
