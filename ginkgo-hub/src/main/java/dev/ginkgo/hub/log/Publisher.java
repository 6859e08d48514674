package dev.ginkgo.hub;

/** Takes messages; any thread may call it. It waits for no reader and no socket. */
@FunctionalInterface
interface Publisher {
    /**
     * Appends a message to a channel's log, and wakes its readers.
     *
     * @throws RefusedException if the message cannot be taken
     */
    Receipt publish(ChannelName channel, Payload payload);
}
