package dev.ginkgo.hub.spi;

import java.util.Optional;

/**
 * Listener for the input that a hub receives from a broker. Implemented by the hub.
 *
 * <p>Any thread of the broker may call, several at a time; but calls for one stream are made one after another, in the order of
 * positions. A call returns quickly: it may wait for a lock of the hub, but not for a subscriber or the network. A slow call
 * delays further input of its stream. Implementations may call {@link Broker#read} and {@link Broker#append}.
 */
public interface BrokerListener {

    /**
     * Processes a message. Positions of a stream ascend by one, counting those that are {@linkplain #lost lost}.
     *
     * @param brokerPosition the position of the message
     * @param storedMillis when the broker stored the message, in milliseconds of the broker's wall clock
     */
    void received(BrokerPosition brokerPosition, long storedMillis, BrokerMessage message);

    /**
     * Processes positions that will not be received: the broker has discarded their messages, cannot decode them, or has not
     * received them. The first call after {@link Broker#read} reports the positions before the start of reading, if there are
     * any.
     *
     * @param positions the stream and its lost positions, the next ones of that stream
     */
    void lost(SequenceRange positions);

    /**
     * Processes a position that holds no message of a hub, but for example one of another program. In contrast to {@link #lost},
     * it is certain that no hub reads a message there. The default calls {@link #lost}.
     *
     * @param brokerPosition the next position of its stream
     */
    default void skipped(BrokerPosition brokerPosition) {
        lost(new SequenceRange(brokerPosition.stream(), brokerPosition.sequence(), brokerPosition.sequence()));
    }

    /**
     * Notifies of a stream that has been created or created again; not before {@link Broker#open} has returned. A stream that was created again has
     * a higher incarnation; nothing more is reported about the earlier one. The listener calls {@link Broker#read}.
     */
    void streamOpened(BrokerStream brokerStream);

    /**
     * Notifies of a change of the connection. After {@link Broker#open} the broker is connected. One call at a time.
     *
     * @param problem why messages cannot be appended or read at present, in a form for people, with the address of the broker;
     *     empty if they can
     */
    void connectionChanged(Optional<String> problem);
}
