package dev.ginkgo.nats.broker;

import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.lifecycle.TaskBody;
import io.nats.client.JetStreamApiException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** What the broker does over its connections: with JetStream, or without. */
interface Backend {
    /** Starts tasks of the service. */
    interface TaskSpawner {
        void spawn(String name, TaskBody body);
    }

    /**
     * Uses a new connection. Called by the task that connects, the first time in {@code open}.
     *
     * @return the streams
     */
    List<BrokerStream> connected(NatsSession session) throws IOException, JetStreamApiException, InterruptedException;

    /** The connection has ended. */
    void disconnected(NatsSession session, String problem);

    /** See {@link dev.ginkgo.hub.spi.Broker#read}. */
    void read(NodeIncarnation stream, ReadStart start);

    /** See {@link dev.ginkgo.hub.spi.Broker#append}. */
    CompletableFuture<BrokerPosition> append(BrokerMessage message);

    /** Returns the number of messages that were passed to the listener. */
    long received();

    /** Returns the number of positions that were reported as lost. */
    long lost();
}
