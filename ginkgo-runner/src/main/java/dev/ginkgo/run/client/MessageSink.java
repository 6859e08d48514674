package dev.ginkgo.run.client;

/** Receiver of messages: prints or processes them. */
public interface MessageSink {
    /**
     * Processes a message. When this method returns, the message counts as delivered.
     *
     * @throws FatalException if it cannot be processed
     */
    void accept(StreamEvent.Message message) throws InterruptedException;

    /** Flushes buffered output; called when no further message is available at the moment. */
    default void flush() {}
}
