package dev.ginkgo.nats.broker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Supervision;
import dev.ginkgo.hub.spi.BrokerListener;
import dev.ginkgo.hub.spi.BrokerMessage;
import dev.ginkgo.hub.spi.BrokerPosition;
import dev.ginkgo.hub.spi.BrokerStream;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.ReadStart;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.nats.testing.NatsServers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** A broker with a listener in place of the hub, which checks that each position is reported once, in order. */
final class BrokerClient implements BrokerListener, AutoCloseable {
    record Received(BrokerPosition position, BrokerMessage message) {}

    final NatsBroker broker = new NatsBroker();
    final NodeIncarnation self;
    final List<BrokerStream> streams;
    final List<Received> received = new CopyOnWriteArrayList<>();
    final List<SequenceRange> lost = new CopyOnWriteArrayList<>();
    final List<Optional<String>> connection = new CopyOnWriteArrayList<>();
    final List<BrokerStream> opened = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    private final Map<NodeIncarnation, Long> last = new HashMap<>(); // guarded by this
    private final AtomicLong number = new AtomicLong();
    private final Ginkgo tree;

    static final class Root extends Service {
        Root(NatsBroker broker) {
            add("nats", broker, Supervision.restart());
        }
    }

    /** @param settings of the broker, besides {@code servers} */
    BrokerClient(String name, NatsServers servers, String settings) throws Exception {
        this(name, servers.setting(), settings);
    }

    /** @param servers the setting {@code servers} */
    BrokerClient(String name, String servers, String settings) throws Exception {
        self = new NodeIncarnation(name, 1);
        tree = Ginkgo.start(new Root(broker), "[nats]\n" + servers + "\n" + settings);
        try {
            streams = broker.open(self, this);
        } catch (Exception e) {
            tree.close();
            throw e;
        }
    }

    /** Reads all streams. */
    BrokerClient read(ReadStart start) {
        for (BrokerStream each : streams) {
            synchronized (this) {
                last.put(each.stream(), start instanceof ReadStart.After after ? after.sequence() : 0L);
            }
            broker.read(each.stream(), start);
        }
        return this;
    }

    /** Restarts the broker, as its hub does after a failure, and opens it again for the same incarnation of the node. */
    List<BrokerStream> reopen() throws Exception {
        tree.restart("root/nats");
        await().atMost(Duration.ofSeconds(60)).until(() -> broker.status().state() == State.READY);
        synchronized (this) {
            last.clear();
        }
        List<BrokerStream> again = broker.open(self, this);
        again.forEach(each -> broker.read(each.stream(), new ReadStart.After(0)));
        return again;
    }

    BrokerMessage message(String channel, String text) {
        return new BrokerMessage(
                self,
                number.incrementAndGet(),
                channel,
                false,
                text.getBytes(UTF_8),
                1_763_942_400_000L,
                Optional.empty(),
                Optional.empty(),
                0);
    }

    CompletableFuture<BrokerPosition> append(String channel, String text) {
        return broker.append(message(channel, text));
    }

    List<String> texts() {
        List<String> texts = new ArrayList<>();
        received.forEach(each -> texts.add(new String(each.message.payload(), UTF_8)));
        return texts;
    }

    long lostCount() {
        return lost.stream().mapToLong(each -> each.to() - each.from() + 1).sum();
    }

    private synchronized void report(NodeIncarnation stream, long from, long to) {
        long expected = last.getOrDefault(stream, 0L) + 1;
        if (from != expected) {
            faults.add("position " + from + " of " + stream + " was reported, not " + expected);
        }
        last.put(stream, to);
    }

    @Override
    public void received(BrokerPosition brokerPosition, long storedMillis, BrokerMessage message) {
        report(brokerPosition.stream(), brokerPosition.sequence(), brokerPosition.sequence());
        received.add(new Received(brokerPosition, message));
    }

    @Override
    public void lost(SequenceRange positions) {
        report(positions.origin(), positions.from(), positions.to());
        lost.add(positions);
    }

    @Override
    public void streamOpened(BrokerStream brokerStream) {
        opened.add(brokerStream);
        broker.read(brokerStream.stream(), new ReadStart.After(0));
    }

    @Override
    public void connectionChanged(Optional<String> problem) {
        connection.add(problem);
    }

    @Override
    public void close() {
        tree.close();
    }
}
