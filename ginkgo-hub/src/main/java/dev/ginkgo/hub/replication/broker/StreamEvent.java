package dev.ginkgo.hub.replication.broker;

import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.SequenceRange;

/** What a broker reports about a stream. */
sealed interface StreamEvent {

    /** Returns the stream. */
    NodeIncarnation stream();

    /** Returns the last position that the event passes; 0 if none. */
    long through();

    /** A message. */
    record Received(BrokerPosition position, long storedMillis, BrokerMessage message) implements StreamEvent {
        @Override
        public NodeIncarnation stream() {
            return position.stream();
        }

        @Override
        public long through() {
            return position.sequence();
        }
    }

    /**
     * Positions that will not be received.
     *
     * @param mayBeRead whether another hub may have read messages there
     */
    record Lost(SequenceRange positions, boolean mayBeRead) implements StreamEvent {
        @Override
        public NodeIncarnation stream() {
            return positions.origin();
        }

        @Override
        public long through() {
            return positions.to();
        }
    }

    /** A stream that was created, or created again. */
    record Opened(BrokerStream state) implements StreamEvent {
        @Override
        public NodeIncarnation stream() {
            return state.stream();
        }

        @Override
        public long through() {
            return 0;
        }
    }
}
