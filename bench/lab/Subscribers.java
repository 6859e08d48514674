package lab;

import java.util.function.LongConsumer;

/** The subscribers of one server, which have received the head of their responses. */
interface Subscribers extends AutoCloseable {
    /** Time without any delivery after which messages are taken for lost, in seconds. */
    int PATIENCE = 20;

    /**
     * Waits until the subscribers have received a number of messages in total, which were published after they subscribed.
     *
     * @param deliveries number since the end of the last call
     * @param delivered receives the number of each message, once for each subscriber; one call at a time
     */
    void await(long deliveries, LongConsumer delivered) throws Exception;

    @Override
    void close() throws Exception;
}
