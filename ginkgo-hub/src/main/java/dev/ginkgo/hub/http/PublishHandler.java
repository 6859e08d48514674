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
    private final IdempotencyCache retries;
    private final Supplier<Long> maxBody;
    private final BooleanSupplier stopping;

    PublishHandler(Publisher publisher, IdempotencyCache retries, Supplier<Long> maxBody, BooleanSupplier stopping) {
        this.publisher = publisher;
        this.retries = retries;
        this.maxBody = maxBody;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, RequestTarget target) throws ProblemException {
        requireRunning();
        target.allow(Set.of());
        ChannelName channel = channel(target);
        String key = key(exchange.request().headers());
        RequestBody body = RequestBody.of(
                exchange.request(), maxBody.get(), exchange.conversation().allocator());
        exchange.then(body, done -> publish(done, channel, key));
    }

    private void publish(Exchange exchange, ChannelName channel, @Nullable String key) throws ProblemException {
        requireRunning();
        RequestBody body = exchange.body();
        boolean binary = body.isBinary();
        byte[] bytes = body.take();
        if (key == null) {
            answer(exchange, publish(channel, binary, bytes), false);
            return;
        }
        byte[] before = retries.begin(key, IdempotencyCache.digest(channel, binary, bytes));
        if (before != null) {
            answer(exchange, before, true);
            return;
        }
        byte[] answer = null;
        try {
            answer = publish(channel, binary, bytes);
            retries.answered(key, answer);
        } finally {
            if (answer == null) {
                retries.forget(key);
            }
        }
        answer(exchange, answer, false);
    }

    private byte[] publish(ChannelName channel, boolean binary, byte[] bytes) throws ProblemException {
        PublishResult receipt;
        try {
            receipt = publisher.publish(channel, binary ? Payload.binary(bytes) : Payload.text(bytes));
        } catch (HubRejectedException e) {
            throw refusal(e);
        }
        return JsonBody.object(json -> {
            json.writeStringField("id", receipt.id());
            json.writeStringField("channel", receipt.channel());
            json.writeNumberField("receivers", receipt.receivers());
            json.writeNumberField("peers", receipt.peers());
        });
    }

    private static void answer(Exchange exchange, byte[] json, boolean again) {
        FullHttpResponse response = Responses.of(HttpResponseStatus.OK, Responses.JSON, json);
        if (again) {
            response.headers().set("Idempotency-Replayed", "true");
        }
        exchange.answer(response);
    }

    /** The key of the publisher's, if there is one: any visible characters, quoted or not. */
    private static @Nullable String key(HttpHeaders headers) throws ProblemException {
        List<String> keys = headers.getAll("Idempotency-Key");
        if (keys.isEmpty()) {
            return null;
        }
        String key = keys.getFirst();
        boolean good = keys.size() == 1
                && !key.isEmpty()
                && key.length() <= IdempotencyCache.LONGEST_KEY
                && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!good) {
            throw new ProblemException(
                    ProblemType.BAD_KEY,
                    "an Idempotency-Key is given once, and has 1 to " + IdempotencyCache.LONGEST_KEY
                            + " visible ASCII characters");
        }
        return key;
    }

    /** What the hub itself does not take, as it is told over HTTP. */
    static ProblemException refusal(HubRejectedException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case TOO_LARGE -> new ProblemException(ProblemType.BODY_TOO_LARGE, detail);
            case TOO_MANY_CHANNELS -> new ProblemException(ProblemType.TOO_MANY_CHANNELS, detail).with("Retry-After", "60");
            case TOO_MANY_PATTERNS -> new ProblemException(ProblemType.TOO_MANY_PATTERNS, detail).with("Retry-After", "60");
            case STOPPED -> ProblemException.stopping(detail);
        };
    }

    private static ChannelName channel(RequestTarget target) throws ProblemException {
        try {
            return ChannelName.parse(target.path());
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
