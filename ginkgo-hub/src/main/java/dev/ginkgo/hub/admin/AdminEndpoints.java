package dev.ginkgo.hub.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.hub.http.StreamRegistry;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.JsonBody;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.log.ChannelListing;
import dev.ginkgo.hub.metrics.LagSummary;
import dev.ginkgo.hub.metrics.MetricsSnapshot;
import dev.ginkgo.hub.net.ClientAddress;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.time.TimeSource;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Pages for operators: metrics, connections, channels and the tree of services. Responses are built by tasks, because
 * collecting the data takes too long for an event loop.
 */
final class AdminEndpoints {
    private static final int DEFAULT_LIMIT = 100;
    private static final int MAX_LIMIT = 10_000;
    private static final Set<String> LIMIT_PARAMETER = Set.of("limit");

    private final Supplier<MetricsSnapshot> metricsSnapshots;
    private final Supplier<Status> tree;
    private final IntFunction<ChannelListing> channels;
    private final Supplier<List<StreamRegistry.OpenStream>> streams;
    private final TimeSource timeSource;
    private final Executor tasks;

    /** Builds the response of a page. */
    @FunctionalInterface
    private interface ResponseSupplier {
        FullHttpResponse get() throws InterruptedException;
    }

    /**
     * @param metricsSnapshots returns the current metrics
     * @param tree returns the status of the whole tree
     * @param channels returns a list of at most the given number of channels
     * @param streams returns the open streams
     * @param tasks runs what takes too long for an event loop
     */
    AdminEndpoints(
            Supplier<MetricsSnapshot> metricsSnapshots,
            Supplier<Status> tree,
            IntFunction<ChannelListing> channels,
            Supplier<List<StreamRegistry.OpenStream>> streams,
            TimeSource timeSource,
            Executor tasks) {
        this.metricsSnapshots = metricsSnapshots;
        this.tree = tree;
        this.channels = channels;
        this.streams = streams;
        this.timeSource = timeSource;
        this.tasks = tasks;
    }

    Map<String, AdminRouter.Endpoint> endpoints() {
        return Map.of(
                "/-/metrics",
                        new AdminRouter.Endpoint(
                                false, Set.of(), (exchange, _) -> respondAsync(exchange, this::metrics)),
                "/-/connections",
                        new AdminRouter.Endpoint(false, LIMIT_PARAMETER, (exchange, requestTarget) -> {
                            int limit = limit(requestTarget);
                            respondAsync(exchange, () -> connections(limit));
                        }),
                "/-/channels",
                        new AdminRouter.Endpoint(false, LIMIT_PARAMETER, (exchange, requestTarget) -> {
                            int limit = limit(requestTarget);
                            respondAsync(exchange, () -> channels(limit));
                        }),
                "/-/tree",
                        new AdminRouter.Endpoint(false, Set.of(), (exchange, _) -> respondAsync(exchange, this::tree)));
    }

    private void respondAsync(Exchange exchange, ResponseSupplier responseSupplier) throws ProblemException {
        exchange.respondAsync(tasks, () -> {
            try {
                return responseSupplier.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Responses.problem(ProblemException.stopping("the hub is stopping"));
            }
        });
    }

    private FullHttpResponse metrics() throws InterruptedException {
        LagSummary lagSummary = SubscriberLagCollector.summarize(streams.get());
        return Responses.of(
                HttpResponseStatus.OK, PrometheusText.TYPE, PrometheusText.format(metricsSnapshots.get(), lagSummary));
    }

    private FullHttpResponse connections(int limit) throws InterruptedException {
        List<SubscriberLagCollector.SubscriberLag> slowest = SubscriberLagCollector.slowestFirst(streams.get());
        MetricsSnapshot now = metricsSnapshots.get();
        return json(json -> {
            json.writeNumberField("connections", now.connections());
            json.writeNumberField("streams", slowest.size());
            json.writeArrayFieldStart("slowest");
            for (SubscriberLagCollector.SubscriberLag each : slowest.subList(0, Math.min(limit, slowest.size()))) {
                connection(each, json);
            }
            json.writeEndArray();
        });
    }

    private void connection(SubscriberLagCollector.SubscriberLag lag, JsonGenerator json) throws IOException {
        StreamRegistry.OpenStream openStream = lag.stream();
        json.writeStartObject();
        json.writeStringField(
                "address", ClientAddress.describe(openStream.connection().client()));
        json.writeStringField("channel", openStream.selector().text());
        json.writeStringField("form", openStream.wireFormat().displayName());
        json.writeNumberField("behind", lag.behind());
        json.writeNumberField("pinned-bytes", lag.pendingBytes());
        json.writeNumberField(
                "age-seconds",
                Duration.ofNanos(timeSource.nanos() - openStream.openedAt()).toMillis() / 1e3);
        json.writeEndObject();
    }

    private FullHttpResponse channels(int limit) {
        ChannelListing listing = channels.apply(limit);
        return json(json -> {
            json.writeNumberField("channels", listing.total());
            json.writeArrayFieldStart("some");
            for (ChannelListing.Item each : listing.items()) {
                json.writeStartObject();
                json.writeStringField("channel", each.channel());
                json.writeNumberField("messages", each.messages());
                json.writeNumberField("readers", each.subscribers());
                json.writeNumberField("published", each.appended());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private FullHttpResponse tree() {
        Status root = tree.get();
        return json(json -> StatusJson.writeFields(root, json));
    }

    private static FullHttpResponse json(JsonBody.FieldWriter fieldWriter) {
        return Responses.of(HttpResponseStatus.OK, Responses.JSON, JsonBody.object(fieldWriter));
    }

    private static int limit(RequestTarget requestTarget) throws ProblemException {
        String limit = requestTarget.parameters().getOrDefault("limit", Integer.toString(DEFAULT_LIMIT));
        try {
            int number = Integer.parseInt(limit);
            if (number >= 1 && number <= MAX_LIMIT) {
                return number;
            }
        } catch (NumberFormatException _) {
            // reported below, like a number out of range
        }
        throw new ProblemException(
                ProblemType.BAD_PARAMETER, "limit=" + limit + " is not a number from 1 to " + MAX_LIMIT);
    }
}
