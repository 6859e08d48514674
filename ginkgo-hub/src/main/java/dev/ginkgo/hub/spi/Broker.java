package dev.ginkgo.hub.spi;

import dev.ginkgo.Service;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Message broker through which the hubs of a cluster replicate, such as NATS: the alternative to a {@link Transport}, which
 * connects every hub with every other one. A broker is a service, a child of the hub, and is started before {@link #open} is
 * called.
 *
 * <p>A broker holds one or a few <i>streams</i>, and a channel always belongs to the same one. The broker numbers the
 * messages of a stream: the stream, not the hub that publishes, is the origin of its messages, and a message id consists of
 * positions in streams. It is therefore the same at every hub that reads the stream. Every hub reads all streams, and delivers
 * also its own messages only when it has read them. {@code BrokerContract} tests the guarantees of every broker:
 *
 * <ul>
 * <li><b>Order.</b> Every reader of a stream receives its messages in the order of their positions. Messages that one thread
 *     appends to one stream have ascending positions, in the order of its calls.
 * <li><b>Every position once.</b> From the start of {@link #read} on, each position is reported to the listener exactly once and
 *     in ascending order: as a message or as lost, also across reconnects.
 * <li><b>Known outcome.</b> A message whose {@link #append} fails is not in the stream and will not be, unless the reason is
 *     {@link BrokerException.Reason#UNKNOWN_OUTCOME}.
 * <li><b>No blocking.</b> Appending never waits for the broker. A bounded number of messages is in flight; more are rejected.
 * <li><b>Reconnects.</b> After an interruption the broker reconnects by itself, and continues to read after the last position
 *     that it has reported.
 * </ul>
 *
 * <p>Positions in a <i>stream of the hub's own</i>, whose {@link BrokerStream#stream} is the node itself, are valid at this hub only. A
 * broker without history has a single such stream: it numbers the messages in their order of arrival at this hub, reports
 * messages that it detects as missing under the next numbers as lost, and completes {@link #append} when the message has
 * returned to this hub.
 */
public abstract class Broker extends Service {
    /** Maximum number of streams, so that a message id has room for a position in each. */
    public static final int MAX_STREAMS = 8;

    /** Creates a broker that is not open. */
    protected Broker() {}

    /**
     * Connects to the broker, and returns its streams. Called once in each run of this service, before all methods below, by a
     * thread that may block. The connection ends when this service stops; the listener is not called after that, and every
     * {@link #append} that is in flight then fails.
     *
     * @param self this node in its current incarnation, which is the sender of its messages
     * @return every stream, with its state after this call began; at least one, at most {@value #MAX_STREAMS}
     * @throws Exception if the broker is not reachable, or cannot work as configured; the start of the hub then fails. The
     *     message names the address of the broker and what to do
     */
    public abstract List<BrokerStream> open(NodeIncarnation self, BrokerListener brokerListener) throws Exception;

    /**
     * Starts to read a stream; called once for each stream that {@link #open} has returned, and for each that is {@linkplain
     * BrokerListener#streamOpened reported later}. Its positions are reported to the listener from then on, and also while this
     * method is executed. Any thread may call, the listener included; does not block.
     */
    public abstract void read(NodeIncarnation stream, ReadStart readStart);

    /**
     * Appends a message to the stream of its channel. If the message has an idempotency key, and the stream has another message
     * with the same key and request digest, the broker may discard the new one and return the position of the other; it need
     * not: the hub discards such a message when it is read.
     *
     * <p>Any thread may call; does not block.
     *
     * @return completed by any thread when the broker has stored the message, with its position; or exceptionally with a {@link
     *     BrokerException}. The message may be read before the future is completed. It is completed in any case when the
     *     connection is lost or this service stops. Cancelling it has no effect on the message
     */
    public abstract CompletableFuture<BrokerPosition> append(BrokerMessage message);

    /** Returns the statistics since {@link #open}. Any thread may call; does not block. */
    public abstract BrokerStats stats();
}
