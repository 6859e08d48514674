package dev.ginkgo.nats.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Service;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.testing.TestTree;
import dev.ginkgo.time.TimeSource;
import io.nats.client.IterableConsumer;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
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

    /** A connection whose server accepts consumers, and ends each at once. */
    private static final class UselessSession implements StreamReader.ReadSession {
        final AtomicInteger consumers = new AtomicInteger();

        IterableConsumer create(long start) {
            if (consumers.incrementAndGet() > 1_000) {
                throw new IllegalStateException("1,000 consumers were created without a pause");
            }
            return (IterableConsumer) Proxy.newProxyInstance(
                    IterableConsumer.class.getClassLoader(),
                    new Class<?>[] {IterableConsumer.class},
                    (_, _, _) -> null);
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void fail(String reason) {}
    }

    private static final class Reading extends Service {
        private final StreamReader reader;
        private final UselessSession session;

        Reading(StreamReader reader, UselessSession session) {
            this.reader = reader;
            this.session = session;
        }

        @Override
        protected void onStart() {
            spawn("read", () -> reader.consumeAll(session, session::create));
        }
    }

    @Test
    @DisplayName(
            "N-50: if the server ends every consumer at once, a hub creates them in growing intervals of up to a second")
    void pausesBetweenConsumers() {
        // Given
        FakeClock clock = new FakeClock();
        StreamReader reader =
                new StreamReader(STREAM, new ReadStart.After(0), new ChannelSubjects("ginkgo", 1), new Losses(), clock);
        UselessSession session = new UselessSession();

        // When
        try (TestTree<Reading> tree = TestTree.start(new Reading(reader, session), clock)) {
            clock.advance(Duration.ofSeconds(30));

            // Then
            assertThat(tree.root().status().state()).isEqualTo(State.READY);
            assertThat(session.consumers.get()).isBetween(30, 70);
        }
    }
}
