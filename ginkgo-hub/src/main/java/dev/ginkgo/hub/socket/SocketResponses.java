package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.JsonObjectWriter;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.PublishService;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.message.PublishResult;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;
import java.util.function.Consumer;

/** Responses of the subprotocol {@code ginkgo.v1}, in their frames. */
final class SocketResponses {
    private SocketResponses() {}

    /**
     * Returns the response to a subscription.
     *
     * @param refused names of a list that are left out
     */
    static ByteBuf subscribed(
            long request, String subscription, ControlEvent.Start start, List<ChannelSelector.Rejected> refused) {
        return response("subscribed", request, json -> {
            json.string("subscription", subscription)
                    .bool("recovered", start.recovered())
                    .string("id", start.id());
            if (!refused.isEmpty()) {
                json.objects(
                        "refused",
                        refused,
                        (each, object) -> object.string("channel", each.name())
                                .string("code", each.code())
                                .string("detail", each.reason()));
            }
        });
    }

    static ByteBuf unsubscribed(long request, String subscription) {
        return response("unsubscribed", request, json -> json.string("subscription", subscription));
    }

    static ByteBuf published(long request, PublishService.Published published) {
        PublishResult result = published.result();
        return response("published", request, json -> {
            json.string("id", result.id())
                    .string("channel", result.channel())
                    .number("receivers", result.receivers())
                    .number("peers", result.peers());
            if (published.replayed()) {
                json.bool("replayed", true);
            }
        });
    }

    static ByteBuf pong(long request) {
        return response("pong", request, _ -> {});
    }

    /** Returns an error with the same problem object as over HTTP, and the value of {@code Retry-After}. */
    static ByteBuf error(long request, ProblemException rejection) {
        FullHttpResponse problem = Responses.problem(rejection);
        try {
            String object = problem.content().toString(UTF_8).strip();
            Integer retryAfter = problem.headers().getInt(HttpHeaderNames.RETRY_AFTER);
            return response("error", request, json -> {
                json.object("problem", object);
                if (retryAfter != null) {
                    json.number("retry-after", retryAfter);
                }
            });
        } finally {
            problem.release();
        }
    }

    private static ByteBuf response(String type, long request, Consumer<JsonObjectWriter> members) {
        return WireFormat.GINKGO_V1.encodeText(out -> {
            JsonObjectWriter json =
                    new JsonObjectWriter(out).string("type", type).number("request", request);
            members.accept(json);
            json.end();
        });
    }
}
