package dev.ginkgo.hub.http;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
import dev.ginkgo.hub.http.server.BodyBudget;
import dev.ginkgo.hub.http.server.Exchange;
import dev.ginkgo.hub.http.server.JsonBody;
import dev.ginkgo.hub.http.server.ProblemException;
import dev.ginkgo.hub.http.server.ProblemType;
import dev.ginkgo.hub.http.server.RequestBody;
import dev.ginkgo.hub.http.server.RequestTarget;
import dev.ginkgo.hub.http.server.Responses;
import dev.ginkgo.hub.log.Publisher;
import dev.ginkgo.hub.message.HubRejectedException;
import dev.ginkgo.hub.message.InvalidChannelException;
import dev.ginkgo.hub.message.PublishResult;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Serves {@code POST /channel}, whose body is the message to publish. */
final class PublishHandler {
    private final Publisher publisher;
    private final IdempotencyCache idempotencyCache;
    private final BodyBudget bodyBudget;
    private final BooleanSupplier stopping;

    PublishHandler(
            Publisher publisher, IdempotencyCache idempotencyCache, BodyBudget bodyBudget, BooleanSupplier stopping) {
        this.publisher = publisher;
        this.idempotencyCache = idempotencyCache;
        this.bodyBudget = bodyBudget;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        requireRunning();
        requestTarget.requireParametersIn(Set.of());
        ChannelName channel = channel(requestTarget);
        String key = idempotencyKey(exchange.request().headers());
        RequestBody requestBody = RequestBody.of(exchange.request(), bodyBudget, exchange.connection());
        exchange.onComplete(requestBody, done -> publish(done, channel, key));
    }

    private void publish(Exchange exchange, ChannelName channel, @Nullable String key) throws ProblemException {
        requireRunning();
        RequestBody requestBody = exchange.body();
        boolean binary = requestBody.isBinary();
        byte[] bytes = requestBody.readAll();
        if (key == null) {
            respond(exchange, publish(exchange, channel, binary, bytes), false);
            return;
        }
        byte[] cached = idempotencyCache.begin(key, IdempotencyCache.digest(channel, binary, bytes));
        if (cached != null) {
            respond(exchange, cached, true);
            return;
        }
        byte[] response = null;
        try {
            response = publish(exchange, channel, binary, bytes);
            idempotencyCache.complete(key, response);
        } finally {
            if (response == null) {
                idempotencyCache.remove(key);
            }
        }
        respond(exchange, response, false);
    }

    private byte[] publish(Exchange exchange, ChannelName channel, boolean binary, byte[] bytes)
            throws ProblemException {
        PublishResult publishResult;
        try {
            publishResult = publisher.publish(
                    channel,
                    binary ? Payload.binary(bytes) : Payload.text(bytes),
                    exchange.connection().clientNetwork());
        } catch (HubRejectedException e) {
            throw problemOf(e);
        }
        return JsonBody.object(json -> {
            json.writeStringField("id", publishResult.id());
            json.writeStringField("channel", publishResult.channel());
            json.writeNumberField("receivers", publishResult.receivers());
            json.writeNumberField("peers", publishResult.peers());
        });
    }

    private static void respond(Exchange exchange, byte[] json, boolean replayed) {
        FullHttpResponse response = Responses.of(HttpResponseStatus.OK, Responses.JSON, json);
        if (replayed) {
            response.headers().set("Idempotency-Replayed", "true");
        }
        exchange.respond(response);
    }

    /** Returns the idempotency key, if there is one. Any visible characters are accepted, in quotes or not. */
    private static @Nullable String idempotencyKey(HttpHeaders headers) throws ProblemException {
        List<String> keys = headers.getAll("Idempotency-Key");
        if (keys.isEmpty()) {
            return null;
        }
        String key = keys.getFirst();
        boolean valid = keys.size() == 1
                && !key.isEmpty()
                && key.length() <= IdempotencyCache.MAX_KEY_LENGTH
                && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!valid) {
            throw new ProblemException(
                    ProblemType.BAD_KEY,
                    "an Idempotency-Key may be sent once, with 1 to " + IdempotencyCache.MAX_KEY_LENGTH
                            + " visible ASCII characters");
        }
        return key;
    }

    /** Converts a rejection by the hub to an error response. */
    static ProblemException problemOf(HubRejectedException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case TOO_LARGE -> new ProblemException(ProblemType.BODY_TOO_LARGE, detail);
            case TOO_MANY_CHANNELS ->
                new ProblemException(ProblemType.TOO_MANY_CHANNELS, detail).withHeader("Retry-After", "60");
            case TOO_MANY_PATTERNS ->
                new ProblemException(ProblemType.TOO_MANY_PATTERNS, detail).withHeader("Retry-After", "60");
            case STOPPED -> ProblemException.stopping(detail);
        };
    }

    private static ChannelName channel(RequestTarget requestTarget) throws ProblemException {
        try {
            return ChannelName.parse(requestTarget.path());
        } catch (InvalidChannelException e) {
            throw new ProblemException(ProblemType.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }

    private void requireRunning() throws ProblemException {
        if (stopping.getAsBoolean()) {
            throw ProblemException.stopping("the hub is stopping; the message was not published");
        }
    }
}
