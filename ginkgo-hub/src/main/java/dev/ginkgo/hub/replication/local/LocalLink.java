package dev.ginkgo.hub.replication.local;

import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SendQueue;
import dev.ginkgo.hub.spi.SendQueues;
import dev.ginkgo.hub.spi.Transport;
import dev.ginkgo.hub.spi.TransportListener;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.function.Consumer;

/** One node's link to one peer in the same process, whose inbox it calls. */
public final class LocalLink extends InMemoryLink {
    /** The pause between two looks whether the peer is there. */
    private static final long PATIENCE = Duration.ofMillis(20).toNanos();

    private static final long BEAT = Transport.BEAT.toNanos();
    private static final long AT_ONCE = 64 * 1024;
    private static final int QUESTIONS = 64;

    private final LocalTransport transport;
    private final NodeIncarnation self;
    private final Queue<Consumer<TransportListener>> questions = new ArrayBlockingQueue<>(QUESTIONS);

    LocalLink(LocalTransport transport, NodeIncarnation self, Peer peer, SendQueues backlogs, long budget, TimeSource time) {
        super(transport, peer, backlogs, budget, time);
        this.transport = transport;
        this.self = self;
    }

    @Override
    protected void connect() throws InterruptedException {
        TransportListener inbox = transport.reach(peer(), self);
        if (inbox == null) {
            awaitWork(time().nanos() + PATIENCE);
        } else {
            talk(inbox);
        }
    }

    @SuppressWarnings("ReferenceEquality") // this very one: another run of the peer has another
    private void talk(TransportListener inbox) throws InterruptedException {
        try {
            inbox.beat(self, openBacklog(), transport.positions());
            ready(true);
            long beatAt = time().nanos() + BEAT;
            while (!isClosed() && transport.reach(peer(), self) == inbox) {
                SendQueue.SendBatch load = backlog().take(AT_ONCE);
                for (Envelope message : load.messages()) {
                    inbox.received(message);
                }
                if (load.toTheEnd() && time().nanos() - beatAt >= 0) {
                    inbox.beat(self, load.last(), transport.positions());
                    beatAt = time().nanos() + BEAT;
                }
                for (Consumer<TransportListener> next = questions.poll(); next != null; next = questions.poll()) {
                    next.accept(inbox);
                }
                if (load.toTheEnd()) {
                    awaitWork(beatAt);
                }
            }
        } finally {
            closeBacklog();
        }
    }

    /** Puts a question; if there are too many already, it is dropped, and its asker asks again. */
    void ask(Consumer<TransportListener> question) {
        if (questions.offer(question)) {
            wake();
        }
    }
}
