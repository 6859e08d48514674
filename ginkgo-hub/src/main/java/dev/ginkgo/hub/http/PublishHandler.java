package dev.ginkgo.hub;

import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code POST /channel}: the body is a message. */
final class Publishing {
    private final Publisher publisher;
    private final Retries retries;
    private final Supplier<Long> maxBody;
    private final BooleanSupplier stopping;

    Publishing(Publisher publisher, Retries retries, Supplier<Long> maxBody, BooleanSupplier stopping) {
        this.publisher = publisher;
        this.retries = retries;
        this.maxBody = maxBody;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, Target target) throws Refusal {
        requireRunning();
        target.allow(Set.of());
        ChannelName channel = channel(target);
        String key = key(exchange.request().headers());
        Body body = Body.of(
                exchange.request(), maxBody.get(), exchange.conversation().allocator());
        exchange.then(body, done -> publish(done, channel, key));
    }

    private void publish(Exchange exchange, ChannelName channel, @Nullable String key) throws Refusal {
        requireRunning();
        Body body = exchange.body();
        boolean binary = body.isBinary();
        byte[] bytes = body.take();
        if (key == null) {
            answer(exchange, publish(channel, binary, bytes), false);
            return;
        }
        byte[] before = retries.begin(key, Retries.digest(channel, binary, bytes));
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

    private byte[] publish(ChannelName channel, boolean binary, byte[] bytes) throws Refusal {
        Receipt receipt;
        try {
            receipt = publisher.publish(channel, binary ? Payload.binary(bytes) : Payload.text(bytes));
        } catch (RefusedException e) {
            throw refusal(e);
        }
        return Json.object(json -> {
            json.writeStringField("id", receipt.id());
            json.writeStringField("channel", receipt.channel());
            json.writeNumberField("receivers", receipt.receivers());
            json.writeNumberField("peers", receipt.peers());
        });
    }

    private static void answer(Exchange exchange, byte[] json, boolean again) {
        FullHttpResponse response = Reply.of(HttpResponseStatus.OK, Reply.JSON, json);
        if (again) {
            response.headers().set("Idempotency-Replayed", "true");
        }
        exchange.answer(response);
    }

    /** The key of the publisher's, if there is one: any visible characters, quoted or not. */
    private static @Nullable String key(HttpHeaders headers) throws Refusal {
        List<String> keys = headers.getAll("Idempotency-Key");
        if (keys.isEmpty()) {
            return null;
        }
        String key = keys.getFirst();
        boolean good = keys.size() == 1
                && !key.isEmpty()
                && key.length() <= Retries.LONGEST_KEY
                && key.chars().allMatch(c -> c > ' ' && c < 0x7f);
        if (!good) {
            throw new Refusal(
                    Problem.BAD_KEY,
                    "an Idempotency-Key is given once, and has 1 to " + Retries.LONGEST_KEY
                            + " visible ASCII characters");
        }
        return key;
    }

    /** What the hub itself does not take, as it is told over HTTP. */
    static Refusal refusal(RefusedException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case TOO_LARGE -> new Refusal(Problem.BODY_TOO_LARGE, detail);
            case TOO_MANY_CHANNELS -> new Refusal(Problem.TOO_MANY_CHANNELS, detail).with("Retry-After", "60");
            case TOO_MANY_PATTERNS -> new Refusal(Problem.TOO_MANY_PATTERNS, detail).with("Retry-After", "60");
            case STOPPED -> Refusal.stopping(detail);
        };
    }

    private static ChannelName channel(Target target) throws Refusal {
        try {
            return ChannelName.parse(target.path());
        } catch (BadChannelException e) {
            throw new Refusal(Problem.BAD_CHANNEL, String.valueOf(e.getMessage()));
        }
    }

    private void requireRunning() throws Refusal {
        if (stopping.getAsBoolean()) {
            throw Refusal.stopping("the hub stops; nothing has been published");
        }
    }
}
