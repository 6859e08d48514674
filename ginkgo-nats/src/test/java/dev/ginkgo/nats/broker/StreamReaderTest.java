package dev.ginkgo.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StreamReaderTest {
    private static final NodeIncarnation STREAM = new NodeIncarnation("ginkgo-0", 1);

    private final List<SequenceRange> lost = new ArrayList<>();

    private final class Losses implements BrokerListener {
        @Override
        public void received(BrokerPosition brokerPosition, long storedMillis, BrokerMessage message) {}

        @Override
        public void lost(SequenceRange positions) {
            lost.add(positions);
        }

        @Override
        public void streamOpened(BrokerStream brokerStream) {}

        @Override
        public void connectionChanged(Optional<String> problem) {}
    }

    @Test
    @DisplayName(
            "N-42: a hub whose connection is lost while it searches the tail of a stream searches again, and does not"
                    + " read the whole stream")
    void searchesAgain_whenTheSearchFailed() throws Exception {
        // Given
        ReadStart tail = new ReadStart.Tail(Duration.ofMinutes(1), 1_000);
        StreamReader reader =
                new StreamReader(STREAM, tail, new ChannelSubjects("ginkgo", 1), new Losses(), TimeSource.system());
        BrokerStream state = new BrokerStream(STREAM, 1, 100);
        assertThatThrownBy(() -> reader.begin(state, _ -> {
                    throw new IOException("the connection is lost");
                }))
                .isInstanceOf(IOException.class);

        // When
        reader.begin(state, _ -> 91);

        // Then
        assertThat(lost).containsExactly(new SequenceRange(STREAM, 1, 90));
        assertThat(reader.lastPosition()).isEqualTo(90);
        assertThat(reader.lost()).isZero();
    }
}
