package dev.ginkgo.run.hub;

/** Where messages go. */
interface Sink {
    /**
     * Takes one. When it returns, the message counts as delivered.
     *
     * @throws Failure if it cannot be taken
     */
    void accept(Event.Message message) throws InterruptedException;

    /** Nothing more has come for now. */
    default void flush() {}
}
