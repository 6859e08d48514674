package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

/**
 * Statistics of a broker.
 *
 * @param server name or address of the broker, for people: of the server to which this node is connected, or was last
 * @param connected whether messages can be appended and read
 * @param appended messages of this node that the broker has confirmed
 * @param failed messages of this node that it has not confirmed, for whatever reason
 * @param pending messages of this node in flight, which are not confirmed yet
 * @param pendingBytes size of their payloads
 * @param received messages that were passed to the listener
 * @param lost positions that were reported as lost, without those before the start of reading
 * @param reconnects how often the connection was lost and re-established
 */
public record BrokerStats(
        String server,
        boolean connected,
        long appended,
        long failed,
        int pending,
        long pendingBytes,
        long received,
        long lost,
        long reconnects) {
    public BrokerStats {
        requireNonNull(server, "server is null");
    }
}
