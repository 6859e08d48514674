package dev.ginkgo.hub.dashboard;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.ginkgo.hub.admin.StatusJson;
import dev.ginkgo.hub.admin.SubscriberLagCollector;
import dev.ginkgo.hub.admin.SubscriberLagCollector.SubscriberLag;
import dev.ginkgo.hub.http.StreamRegistry;
import dev.ginkgo.hub.log.ChannelListing;
import dev.ginkgo.hub.log.StoreLimits;
import dev.ginkgo.hub.metrics.Counters;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.hub.net.ClientAddress;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Takes the samples of a hub: its counters, its channels, its slowest subscribers, its cluster, and the tree of services,
 * as one line of JSON. Counters are totals; the page computes rates. Lists are limited, so the size of a sample is.
 */
public final class HubSampler implements DashboardStream.Sampler {
    private static final int MAX_CHANNELS = 500;
    private static final int MAX_SUBSCRIBERS = 200;

    /** Escapes everything but ASCII, so that a sample is one line for every client. */
    private static final JsonFactory JSON =
            new JsonFactoryBuilder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private final Source source;
    private final Supplier<List<StreamRegistry.OpenStream>> streams;
    private final TimeSource timeSource;

    /**
     * The hub of which samples are taken.
     *
     * @param name path of the hub in its tree
     * @param metrics returns the current metrics
     * @param channels returns a list of at most the given number of channels
     * @param limits the limits of the store
     * @param tree returns the status of the whole tree
     * @param cluster the cluster of the hub, if it has one
     */
    public record Source(
            String name,
            Supplier<MetricsSnapshot> metrics,
            IntFunction<ChannelListing> channels,
            StoreLimits limits,
            Supplier<Status> tree,
            Optional<ClusterSampler> cluster) {}

    /**
     * @param streams returns the open streams
     */
    public HubSampler(Source source, Supplier<List<StreamRegistry.OpenStream>> streams, TimeSource timeSource) {
        this.source = source;
        this.streams = streams;
        this.timeSource = timeSource;
    }

    @Override
    public String sample() throws InterruptedException {
        List<SubscriberLag> slowest = SubscriberLagCollector.slowestFirst(streams.get());
        StringWriter text = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(text)) {
            json.writeStartObject();
            json.writeNumberField("at", timeSource.now().toEpochMilli());
            json.writeStringField("name", source.name);
            writeHub(json, slowest);
            writeLimits(json);
            writeChannels(json, slowest);
            writeSubscribers(json, slowest);
            if (source.cluster.isPresent()) {
                json.writeObjectFieldStart("cluster");
                source.cluster.get().writeFields(json);
                json.writeEndObject();
            }
            json.writeObjectFieldStart("tree");
            StatusJson.writeFields(source.tree.get(), json);
            json.writeEndObject();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return text.toString();
    }

    private void writeHub(JsonGenerator json, List<SubscriberLag> slowest) throws IOException {
        MetricsSnapshot now = source.metrics.get();
        Counters counters = now.counters();
        json.writeObjectFieldStart("hub");
        json.writeNumberField("published", counters.published());
        json.writeNumberField("delivered", counters.delivered());
        json.writeNumberField("gaps", counters.gaps());
        json.writeNumberField("dropped", counters.dropped());
        json.writeNumberField("stalled", counters.stalled());
        json.writeNumberField("connections", now.connections());
        json.writeNumberField("subscribers", now.store().subscribers());
        json.writeNumberField("channels", now.store().channels());
        json.writeNumberField("patterns", now.store().patterns());
        json.writeNumberField("storedBytes", now.store().storedBytes());
        json.writeNumberField("pinnedBytes", counters.pinnedBytes());
        json.writeNumberField("lag", slowest.isEmpty() ? 0 : slowest.getFirst().behind());
        json.writeNumberField("fenced", now.peers().fenced());
        json.writeEndObject();
    }

    private void writeLimits(JsonGenerator json) throws IOException {
        json.writeObjectFieldStart("limits");
        json.writeNumberField("budget", source.limits.budget().bytes());
        json.writeNumberField("messages", source.limits.maxMessages());
        json.writeNumberField("ageMillis", source.limits.maxAge().toMillis());
        json.writeNumberField("channels", source.limits.maxChannels());
        json.writeEndObject();
    }

    private void writeChannels(JsonGenerator json, List<SubscriberLag> slowest) throws IOException {
        Map<String, Long> lags = new HashMap<>();
        for (SubscriberLag each : slowest) {
            lags.merge(each.stream().selector().text(), each.behind(), Math::max);
        }
        json.writeArrayFieldStart("channels");
        for (ChannelListing.Item each : source.channels.apply(MAX_CHANNELS).items()) {
            json.writeStartObject();
            json.writeStringField("name", each.channel());
            json.writeNumberField("messages", each.messages());
            json.writeNumberField("appended", each.appended());
            json.writeNumberField("subscribers", each.subscribers());
            if (each.messages() > 0) {
                json.writeNumberField("oldestMillis", millisSince(each.oldestNanos()));
            }
            json.writeNumberField("lag", lags.getOrDefault(each.channel(), 0L));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeSubscribers(JsonGenerator json, List<SubscriberLag> slowest) throws IOException {
        json.writeNumberField("streams", slowest.size());
        json.writeArrayFieldStart("subscribers");
        for (SubscriberLag each : slowest.subList(0, Math.min(MAX_SUBSCRIBERS, slowest.size()))) {
            StreamRegistry.OpenStream stream = each.stream();
            json.writeStartObject();
            json.writeStringField(
                    "address", ClientAddress.describe(stream.connection().client()));
            json.writeStringField("channel", stream.selector().text());
            json.writeStringField("format", stream.wireFormat().displayName());
            json.writeNumberField("behind", each.behind());
            json.writeNumberField("pinnedBytes", each.pendingBytes());
            json.writeNumberField("ageMillis", millisSince(stream.openedAt()));
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private long millisSince(long nanos) {
        return Math.max(0, Duration.ofNanos(timeSource.nanos() - nanos).toMillis());
    }
}
