package dev.ginkgo.hub.socket;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.http.PublishService;
import dev.ginkgo.hub.http.server.JsonBody;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.message.PublishResult;
import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import java.util.List;

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
            json.writeStringField("subscription", subscription);
            json.writeBooleanField("recovered", start.recovered());
            json.writeStringField("id", start.id());
            if (!refused.isEmpty()) {
                json.writeArrayFieldStart("refused");
                for (ChannelSelector.Rejected each : refused) {
                    json.writeStartObject();
                    json.writeStringField("channel", each.name());
                    json.writeStringField("code", each.code());
                    json.writeStringField("detail", each.reason());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
        });
    }

    static ByteBuf unsubscribed(long request, String subscription) {
        return response("unsubscribed", request, json -> json.writeStringField("subscription", subscription));
    }

    static ByteBuf published(long request, PublishService.Published published) {
        PublishResult result = published.result();
        return response("published", request, json -> {
            json.writeStringField("id", result.id());
            json.writeStringField("channel", result.channel());
            json.writeNumberField("receivers", result.receivers());
            json.writeNumberField("peers", result.peers());
            if (published.replayed()) {
                json.writeBooleanField("replayed", true);
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
                json.writeFieldName("problem");
                json.writeRawValue(object);
                if (retryAfter != null) {
                    json.writeNumberField("retry-after", retryAfter);
                }
            });
        } finally {
            problem.release();
        }
    }

    private static ByteBuf response(String type, long request, JsonBody.FieldWriter fields) {
        byte[] object = JsonBody.object(json -> {
            json.writeStringField("type", type);
            json.writeNumberField("request", request);
            fields.writeTo(json);
        });
        return WireFormat.GINKGO_V1.encodeText(object, object.length - 1); // without the line feed
    }
}
