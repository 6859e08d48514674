package dev.ginkgo.hub;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.Status;
import dev.ginkgo.Time;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * The pages for those who look after a hub: metrics, connections, channels, the tree. They are made aside, by tasks:
 * adding up and asking around is nothing for an event loop.
 */
final class Instruments {
    private static final int LIMIT = 100;
    private static final int MOST = 10_000;
    private static final Set<String> LIMITED = Set.of("limit");

    private final Supplier<Readings> readings;
    private final Supplier<Status> tree;
    private final IntFunction<Channels> channels;
    private final Supplier<List<OpenStreams.Stream>> streams;
    private final Time time;
    private final Executor aside;

    /** What a page is made by. */
    @FunctionalInterface
    private interface Maker {
        FullHttpResponse make() throws InterruptedException;
    }

    /**
     * @param tree the status of the whole tree
     * @param channels lists at most so many channels
     * @param streams returns the streams that are open
     * @param aside runs what may take a while
     */
    Instruments(
            Supplier<Readings> readings,
            Supplier<Status> tree,
            IntFunction<Channels> channels,
            Supplier<List<OpenStreams.Stream>> streams,
            Time time,
            Executor aside) {
        this.readings = readings;
        this.tree = tree;
        this.channels = channels;
        this.streams = streams;
        this.time = time;
        this.aside = aside;
    }

    Map<String, Pages.Page> pages() {
        return Map.of(
                "/-/metrics", new Pages.Page(false, Set.of(), (exchange, _) -> later(exchange, this::metrics)),
                "/-/connections",
                        new Pages.Page(false, LIMITED, (exchange, target) -> {
                            int limit = limit(target);
                            later(exchange, () -> connections(limit));
                        }),
                "/-/channels",
                        new Pages.Page(false, LIMITED, (exchange, target) -> {
                            int limit = limit(target);
                            later(exchange, () -> channels(limit));
                        }),
                "/-/tree", new Pages.Page(false, Set.of(), (exchange, _) -> later(exchange, this::tree)));
    }

    private void later(Exchange exchange, Maker maker) throws Refusal {
        exchange.answerLater(aside, () -> {
            try {
                return maker.make();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return Reply.problem(Refusal.stopping("the hub stops"));
            }
        });
    }

    private FullHttpResponse metrics() throws InterruptedException {
        Depth depth = Standings.depth(streams.get());
        return Reply.of(HttpResponseStatus.OK, PrometheusText.TYPE, PrometheusText.of(readings.get(), depth));
    }

    private FullHttpResponse connections(int limit) throws InterruptedException {
        List<Standings.Standing> slowest = Standings.slowestFirst(streams.get());
        Readings now = readings.get();
        return json(json -> {
            json.writeNumberField("connections", now.connections());
            json.writeNumberField("streams", slowest.size());
            json.writeArrayFieldStart("slowest");
            for (Standings.Standing each : slowest.subList(0, Math.min(limit, slowest.size()))) {
                connection(each, json);
            }
            json.writeEndArray();
        });
    }

    private void connection(Standings.Standing each, JsonGenerator json) throws IOException {
        OpenStreams.Stream stream = each.stream();
        json.writeStartObject();
        json.writeStringField(
                "address",
                stream.connection().remoteAddress() instanceof InetSocketAddress peer
                        ? peer.getAddress().getHostAddress() + ":" + peer.getPort()
                        : "gone");
        json.writeStringField("channel", stream.channel().text());
        json.writeStringField("form", stream.framing().text());
        json.writeNumberField("behind", each.behind());
        json.writeNumberField("pinned-bytes", each.pinned());
        json.writeNumberField(
                "age-seconds", Duration.ofNanos(time.nanos() - stream.since()).toMillis() / 1e3);
        json.writeEndObject();
    }

    private FullHttpResponse channels(int limit) {
        Channels some = channels.apply(limit);
        return json(json -> {
            json.writeNumberField("channels", some.all());
            json.writeArrayFieldStart("some");
            for (Channels.One each : some.some()) {
                json.writeStartObject();
                json.writeStringField("channel", each.channel());
                json.writeNumberField("messages", each.messages());
                json.writeNumberField("readers", each.readers());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private FullHttpResponse tree() {
        Status root = tree.get();
        return json(json -> StatusJson.members(root, json));
    }

    private static FullHttpResponse json(Json.Fields fields) {
        return Reply.of(HttpResponseStatus.OK, Reply.JSON, Json.object(fields));
    }

    private static int limit(Target target) throws Refusal {
        String limit = target.parameters().getOrDefault("limit", Integer.toString(LIMIT));
        try {
            int number = Integer.parseInt(limit);
            if (number >= 1 && number <= MOST) {
                return number;
            }
        } catch (NumberFormatException told) {
            // like a number that is out of range
        }
        throw new Refusal(Problem.BAD_PARAMETER, "limit=" + limit + " is no number from 1 to " + MOST);
    }
}
