package dev.ginkgo.hub.connection;

import io.netty.util.AttributeKey;
import java.util.function.LongSupplier;

/** What a channel without a socket of its own, such as a stream of HTTP/2, reports about the progress of its client. */
public final class WriteProgress {
    /** Returns a number that changes when the client has read something. Called on the event loop of the channel. */
    public static final AttributeKey<LongSupplier> KEY = AttributeKey.valueOf(WriteProgress.class, "progress");

    private WriteProgress() {}
}
