package dev.ginkgo.nats.broker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.time.TimeSource;
import io.nats.client.Connection;
import io.nats.client.JetStreamApiException;
import io.nats.client.JetStreamManagement;
import io.nats.client.JetStreamOptions;
import io.nats.client.api.DiscardPolicy;
import io.nats.client.api.RetentionPolicy;
import io.nats.client.api.StreamConfiguration;
import io.nats.client.api.StreamInfo;
import io.nats.client.api.StreamState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates the streams, or checks those that exist.
 *
 * <p>The incarnation of a stream is in its metadata, because the server keeps the time of creation when it has lost messages:
 * all of a stream in memory when it restarts, and the last ones in files that were not written to disk before a power failure. A
 * node that has read, or received the acknowledgement of, a position that the stream does not have any more increases the incarnation, and appends a
 * marker for nodes that have read less.
 */
final class StreamSetup {
    private static final Logger LOG = LoggerFactory.getLogger(StreamSetup.class);
    private static final int STREAM_NOT_FOUND = 10059;
    private static final int OTHER_CONFIGURATION = 10058;
    private static final String STREAMS = "ginkgo-streams";
    private static final String INCARNATION = "ginkgo-incarnation";

    /** Last token of the subject of a marker; no segment of a channel has it. Its payload is the incarnation. */
    static final String MARKER = "=incarnation";

    private StreamSetup() {}

    /** The streams exist with a configuration that does not agree with that of this node. */
    static final class MismatchException extends IOException {
        private static final long serialVersionUID = 1L;

        MismatchException(String message) {
            super(message);
        }
    }

    /**
     * Returns the state of each stream. Creates those that do not exist, which several nodes may do at once. Blocks while the server
     * answers.
     *
     * @param lastKnown the last position of each stream that this node knows, by its name and incarnation
     * @throws MismatchException if a stream has other limits than configured; the message says how to change it
     */
    static List<BrokerStream> open(
            Connection connection, BrokerConfig config, TimeSource time, Map<NodeIncarnation, Long> lastKnown)
            throws IOException, JetStreamApiException {
        JetStreamManagement management = connection.jetStreamManagement(
                JetStreamOptions.builder().requestTimeout(config.timeout()).build());
        List<BrokerStream> streams = new ArrayList<>();
        for (int number = 0; number < config.streams(); number++) {
            BrokerStream stream = state(openStream(management, config, time, number));
            streams.add(
                    stream.last() < lastKnown.getOrDefault(stream.stream(), 0L)
                            ? begin(management, config, stream, number)
                            : stream);
        }
        return streams;
    }

    /** Begins the next incarnation of a stream that has lost messages; several nodes may do so at once. */
    private static BrokerStream begin(
            JetStreamManagement management, BrokerConfig config, BrokerStream stream, int number)
            throws IOException, JetStreamApiException {
        long incarnation = stream.stream().incarnation() + 1;
        LOG.error(
                "the NATS servers have lost messages of the stream {} that they had acknowledged; it continues as incarnation"
                        + " {}. To avoid this, use storage = \"file\", and several replicas or sync_interval = always in the"
                        + " configuration of the servers",
                stream.stream(),
                incarnation);
        StreamInfo updated = management.updateStream(configuration(config, number, incarnation));
        management
                .jetStream()
                .publish(
                        config.prefix() + "." + number + "." + MARKER,
                        Long.toString(incarnation).getBytes(UTF_8));
        return state(updated);
    }

    private static StreamInfo openStream(
            JetStreamManagement management, BrokerConfig config, TimeSource time, int number)
            throws IOException, JetStreamApiException {
        StreamConfiguration wanted = configuration(config, number, time.now().toEpochMilli());
        try {
            StreamInfo existing = management.getStreamInfo(config.streamName(number));
            compare(existing.getConfiguration(), wanted);
            return existing;
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != STREAM_NOT_FOUND) {
                throw e;
            }
        }
        try {
            return management.addStream(wanted);
        } catch (JetStreamApiException e) {
            if (e.getApiErrorCode() != OTHER_CONFIGURATION) {
                throw e;
            }
            StreamInfo existing = management.getStreamInfo(config.streamName(number)); // another node was faster
            compare(existing.getConfiguration(), wanted);
            return existing;
        }
    }

    private static StreamConfiguration configuration(BrokerConfig config, int number, long incarnation) {
        return StreamConfiguration.builder()
                .name(config.streamName(number))
                .description("Messages of Ginkgo hubs")
                .subjects(config.streamSubject(number))
                .retentionPolicy(RetentionPolicy.Limits)
                .discardPolicy(DiscardPolicy.Old)
                .storageType(config.storage())
                .replicas(config.replicas())
                .maxBytes(config.maxBytes())
                .maxAge(config.maxAge())
                .duplicateWindow(config.duplicateWindow())
                .allowDirect(true)
                .metadata(Map.of(STREAMS, Integer.toString(config.streams()), INCARNATION, Long.toString(incarnation)))
                .build();
    }

    private static void compare(StreamConfiguration existing, StreamConfiguration wanted) throws MismatchException {
        List<String> differences = new ArrayList<>();
        compare(
                differences,
                "streams",
                metadata(existing, STREAMS).orElse("unknown"),
                metadata(wanted, STREAMS).orElseThrow());
        compare(differences, "subjects", existing.getSubjects(), wanted.getSubjects());
        compare(differences, "storage", existing.getStorageType(), wanted.getStorageType());
        compare(differences, "replicas", existing.getReplicas(), wanted.getReplicas());
        compare(differences, "max-bytes", existing.getMaxBytes(), wanted.getMaxBytes());
        compare(differences, "max-age", existing.getMaxAge(), wanted.getMaxAge());
        compare(differences, "duplicate-window", existing.getDuplicateWindow(), wanted.getDuplicateWindow());
        if (!differences.isEmpty()) {
            throw new MismatchException("the stream " + existing.getName() + " exists with another configuration: "
                    + String.join(", ", differences)
                    + ". Set the same values in hub.transport.nats, or change the stream with"
                    + " \"nats stream edit " + existing.getName() + "\", or choose another hub.transport.nats.prefix");
        }
    }

    private static Optional<String> metadata(StreamConfiguration configuration, String key) {
        Map<String, String> metadata = configuration.getMetadata();
        return Optional.ofNullable(metadata == null ? null : metadata.get(key));
    }

    private static void compare(
            List<String> differences, String name, @Nullable Object existing, @Nullable Object wanted) {
        if (!Objects.equals(existing, wanted)) {
            differences.add(name + " is " + existing + ", not " + wanted);
        }
    }

    /** Returns the state of a stream. */
    static BrokerStream state(StreamInfo info) {
        StreamState state = info.getStreamState();
        long first = state.getMsgCount() == 0 ? state.getLastSequence() + 1 : state.getFirstSequence();
        return new BrokerStream(
                new NodeIncarnation(
                        info.getConfiguration().getName(),
                        Long.parseLong(
                                metadata(info.getConfiguration(), INCARNATION).orElse("1"))),
                Math.max(first, 1),
                state.getLastSequence());
    }
}
