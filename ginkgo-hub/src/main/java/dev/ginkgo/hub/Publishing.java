package dev.ginkgo.hub;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** {@code POST /channel}: the body is a message. */
final class Publishing {
    private final Publisher publisher;
    private final Supplier<Long> maxBody;
    private final BooleanSupplier stopping;

    Publishing(Publisher publisher, Supplier<Long> maxBody, BooleanSupplier stopping) {
        this.publisher = publisher;
        this.maxBody = maxBody;
        this.stopping = stopping;
    }

    void begin(Exchange exchange, Target target) throws Refusal {
        requireRunning();
        target.allow(Set.of());
        ChannelName channel = Routes.channel(target);
        Body body = Body.of(
                exchange.request(), maxBody.get(), exchange.conversation().allocator());
        exchange.then(body, done -> publish(done, channel));
    }

    private void publish(Exchange exchange, ChannelName channel) throws Refusal {
        requireRunning();
        Body body = exchange.body();
        byte[] bytes = body.take();
        Receipt receipt;
        try {
            receipt = publisher.publish(channel, body.isBinary() ? Payload.binary(bytes) : Payload.text(bytes));
        } catch (RefusedException e) {
            throw refusal(e);
        }
        byte[] answer = Json.object(json -> {
            json.writeStringField("id", receipt.id());
            json.writeStringField("channel", receipt.channel());
            json.writeNumberField("receivers", receipt.receivers());
            json.writeNumberField("peers", 0);
        });
        exchange.answer(Reply.of(HttpResponseStatus.OK, Reply.JSON, answer));
    }

    /** What the hub itself does not take, as it is told over HTTP. */
    static Refusal refusal(RefusedException e) {
        String detail = String.valueOf(e.getMessage());
        return switch (e.reason()) {
            case TOO_LARGE -> new Refusal(Problem.BODY_TOO_LARGE, detail);
            case TOO_MANY_CHANNELS -> new Refusal(Problem.TOO_MANY_CHANNELS, detail).with("Retry-After", "60");
            case TOO_MANY_PATTERNS -> new Refusal(Problem.TOO_MANY_PATTERNS, detail).with("Retry-After", "60");
            case STOPPED -> stopping(detail);
        };
    }

    static Refusal stopping(String detail) {
        return new Refusal(Problem.STOPPING, detail).with("Retry-After", "1").last();
    }

    private void requireRunning() throws Refusal {
        if (stopping.getAsBoolean()) {
            throw stopping("the hub stops; nothing has been published");
        }
    }
}
