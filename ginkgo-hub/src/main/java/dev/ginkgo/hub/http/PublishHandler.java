package dev.ginkgo.hub.http;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.Payload;
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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code POST /channel}: the body is a message. */
final class PublishHandler {
    private final Publisher publisher;
    private final IdempotencyCache idempotencyCache;
    private final Supplier<Long> maxBody;
    private final BooleanSupplier stopping;

    PublishHandler(
            Publisher publisher, IdempotencyCache idempotencyCache, Supplier<Long> maxBody, BooleanSupplier stopping) {
        this.publisher = publisher;
        this.idempotencyCache = idempotencyCache;
        this.maxBody = maxBody;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, RequestTarget requestTarget) throws ProblemException {
        requireRunning();
        requestTarget.requireParametersIn(Set.of());
        ChannelName channel = channel(requestTarget);
        String key = idempotencyKey(exchange.request().headers());
        RequestBody requestBody = RequestBody.of(
                exchange.request(), maxBody.get(), exchange.connection().allocator());
        exchange.onComplete(requestBody, done -> publish(done, channel, key));
    }

    private void publish(Exchange exchange, ChannelName channel, @Nullable String key) throws ProblemException {
        requireRunning();
        RequestBody requestBody = exchange.body();
        boolean binary = requestBody.isBinary();
        byte[] bytes = requestBody.readAll();
        if (key == null) {
            answer(exchange, publish(channel, binary, bytes), false);
            return;
        }
        byte[] before = idempotencyCache.begin(key, IdempotencyCache.digest(channel, binary, bytes));
        if (before != null) {
            answer(exchange, before, true);
            return;
        }
        byte[] answer = null;
        try {
            answer = publish(channel, binary, bytes);
            idempotencyCache.complete(key, answer);
        } finally {
            if (answer == null) {
                idempotencyCache.remove(key);
            }
        }
        answer(exchange, answer, false);
    }

    private byte[] publish(ChannelName channel, boolean binary, byte[] bytes) throws ProblemException {
        PublishResult publishResult;
        try {
            publishResult = publisher.publish(channel, binary ? Payload.binary(bytes) : Payload.text(bytes));
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

    private static void answer(Exchange exchange, byte[] json, boolean again) {
        FullHttpResponse response = Responses.of(HttpResponseStatus.OK, Responses.JSON, json);
        if (again) {
            response.headers().set("Idempotency-Replayed", "true");
        }
        exchange.respond(response);
    }

    /** The key of the publisher's, if there is one: any visible characters, quoted or not. */
    private static @Nullable String idempotencyKey(HttpHeaders headers) throws ProblemException {
        List<String> keys = headers.getAll("Idempotency-Key");
        if (keys.isEmpty()) {
            return null;
        }
        String key = keys.getFirst();
        boolean good = keys.size() == 1
                && !key.isEmpty()
                && key.length() <= IdempotencyCache.MAX_KEY_LENGTH
                && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!good) {
            throw new ProblemException(
                    ProblemType.BAD_KEY,
                    "an Idempotency-Key is given once, and has 1 to " + IdempotencyCache.MAX_KEY_LENGTH
                            + " visible ASCII characters");
        }
        return key;
    }

    /** What the hub itself does not take, as it is told over HTTP. */
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
            throw ProblemException.stopping("the hub stops; nothing has been published");
        }
    }
}
