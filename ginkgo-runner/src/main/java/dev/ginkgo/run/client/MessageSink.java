package dev.ginkgo.run.client;

/** Where messages go. */
public interface MessageSink {
    /**
     * Takes one. When it returns, the message counts as delivered.
     *
     * @throws FatalException if it cannot be taken
     */
    void accept(StreamEvent.Message message) throws InterruptedException;

    /** Nothing more has come for now. */
    default void flush() {}
}
