package dev.ginkgo.run.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Passes the payload of each message to a function. */
public final class PayloadSink implements MessageSink {
    private final Consumer<byte[]> consumer;

    /**
     * @param consumer receives each payload, which it may keep
     */
    public PayloadSink(Consumer<byte[]> consumer) {
        this.consumer = consumer;
    }

    @Override
    public void accept(StreamEvent.Message message) {
        ByteArrayOutputStream payload = new ByteArrayOutputStream();
        try {
            message.payload().writeTo(payload);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        consumer.accept(payload.toByteArray());
    }
}
