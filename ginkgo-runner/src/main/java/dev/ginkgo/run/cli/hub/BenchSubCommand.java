package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ChannelUrl;
import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.HubHttpClient;
import dev.ginkgo.run.client.PayloadSink;
import dev.ginkgo.run.client.ResumePosition;
import dev.ginkgo.run.client.ResumingSubscriber;
import dev.ginkgo.run.client.Retrier;
import dev.ginkgo.run.client.StreamConnector;
import dev.ginkgo.time.TimeSource;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;

/** {@code ginkgo bench sub}: subscribes with several clients, and measures the rate and the delay of the messages. */
@Command(
        name = "sub",
        description = "Receives messages with several clients, and prints the rate and the delay of the messages.",
        footer = {
            "",
            "Ends when each client has received --messages messages, and with exit code 80 if messages were lost. The",
            "rate counts from the first message to the last, over all clients. The delay is known for messages of",
            "\"ginkgo bench pub\" of at least 23 bytes; it is exact if both run on the same machine."
        })
public final class BenchSubCommand extends BenchCommand {
    private static final Duration IDLE_TIMEOUT = Duration.ofSeconds(60);

    public BenchSubCommand(ClientStreams clientStreams) {
        super(clientStreams);
    }

    @Override
    ClientExitCode run(HubHttpClient hubHttpClient, ChannelUrl channel) throws InterruptedException {
        requirePositive();
        TimeSource timeSource = TimeSource.system();
        List<Client> all = new ArrayList<>();
        for (int i = 0; i < clients(); i++) {
            all.add(new ResumingSubscriber(
                    new StreamConnector(hubHttpClient, channel, timeSource, IDLE_TIMEOUT),
                    new PayloadSink(payload -> record(payload, timeSource)),
                    streams(),
                    new Retrier(streams(), timeSource, new SecureRandom()),
                    timeSource,
                    new ResumingSubscriber.SubscribeOptions(
                            new ResumePosition.Live(), messages(), Optional.empty(), false))::run);
        }
        return run(all, "received");
    }

    private void record(byte[] payload, TimeSource timeSource) {
        long now = timeSource.nanos();
        recorder().record(payload.length, now, now);
        BenchPayload.age(payload, timeSource.now()).ifPresent(recorder()::recordLatency);
    }
}
