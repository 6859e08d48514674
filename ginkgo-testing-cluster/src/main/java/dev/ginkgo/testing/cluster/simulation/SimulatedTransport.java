package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.replication.local.InMemoryTransport;
import dev.ginkgo.hub.spi.NodeIncarnation;
import dev.ginkgo.hub.spi.Peer;
import dev.ginkgo.hub.spi.SequenceRange;
import dev.ginkgo.internal.concurrent.WaitQueue;
import dev.ginkgo.internal.concurrent.WakeableTimer;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Carries messages along the links of the test's {@link Simulation}. A task for each peer speaks, and one task hears all that
 * comes, so that a node that is frozen neither speaks nor hears.
 */
final class SimulatedTransport extends InMemoryTransport<SimulatedLink> {
    private final Simulation simulation;
    private final Queue<ReceivedMessage> received = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WakeableTimer receiveTimer; // to be used when the run is over, too: words come late

    private record ReceivedMessage(NodeIncarnation from, TransportMessage message, DeliveryCallback callback) {}

    /** What comes back to who has said something. */
    interface DeliveryCallback {
        /** The peer has heard the hello (0), or the beat of that number. */
        void acknowledged(long number);

        /** The peer does not know this node. */
        void rejected();

        /** It is on the way no more. */
        void completed();
    }

    SimulatedTransport(Simulation simulation) {
        this.simulation = simulation;
    }

    @Override
    protected Address register() {
        received.clear();
        WakeableTimer timer = new WakeableTimer(time());
        receiveTimer = timer;
        spawn("hear", () -> receive(timer));
        return simulation.register(this);
    }

    @Override
    protected void unregister() {
        simulation.unregister(this);
    }

    @Override
    protected SimulatedLink link(Session<SimulatedLink> here, Peer peer, long budget) {
        return new SimulatedLink(this, peer, here.queues(), budget, time());
    }

    @Override
    public void requestRange(NodeIncarnation peer, SequenceRange sequenceRange) {
        sendTo(openSession(), peer, new TransportMessage.RangeRequest(sequenceRange));
    }

    @Override
    public void requestSnapshot(NodeIncarnation peer, long after) {
        sendTo(openSession(), peer, new TransportMessage.SnapshotRequest(after));
    }

    // ---- what is said

    /** Says something to whoever is at the peer's address when it comes there. */
    void send(Peer peer, TransportMessage transportMessage, DeliveryCallback deliveryCallback) {
        Session<SimulatedLink> here = session();
        if (here == null) {
            deliveryCallback.completed();
            return;
        }
        NodeIncarnation self = here.self();
        simulation.send(
                new Route(self.name(), peer.origin().name()),
                () -> {
                    Optional<SimulatedTransport> there = simulation.find(peer.address());
                    there.ifPresentOrElse(
                            other -> other.enqueue(new ReceivedMessage(self, transportMessage, deliveryCallback)),
                            deliveryCallback::completed);
                },
                deliveryCallback::completed);
    }

    private void sendBack(Session<SimulatedLink> here, NodeIncarnation to, Runnable what) {
        simulation.send(new Route(here.self().name(), to.name()), what, () -> {});
    }

    // ---- what is heard

    private void enqueue(ReceivedMessage news) {
        received.add(news);
        WakeableTimer timer = receiveTimer;
        if (timer != null) {
            timer.wake();
        }
    }

    private void receive(WakeableTimer timer) throws InterruptedException {
        while (true) {
            ReceivedMessage next = received.poll();
            Session<SimulatedLink> here = session();
            if (here == null) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (next == null) {
                timer.awaitUntil(WaitQueue.never(time()));
            } else {
                receive(here, next);
                next.callback.completed();
            }
        }
    }

    private void receive(Session<SimulatedLink> here, ReceivedMessage news) {
        NodeIncarnation from = news.from;
        if (news.message instanceof TransportMessage.Hello hello
                && !hello.addressee().equals(here.self())) {
            return; // for a life of this node that is over
        }
        if (!admits(here, from)) {
            sendBack(here, from, news.callback::rejected);
            return;
        }
        switch (news.message) {
            case TransportMessage.Hello _ -> sendBack(here, from, () -> news.callback.acknowledged(0));
            case TransportMessage.Heartbeat heartbeat -> {
                here.listener().heartbeat(from, heartbeat.last(), heartbeat.positions());
                sendBack(here, from, () -> news.callback.acknowledged(heartbeat.number()));
            }
            case TransportMessage.Publication publication -> here.listener().received(publication.message());
            case TransportMessage.RangeRequest rangeRequest ->
                sendTo(
                        here,
                        from,
                        new TransportMessage.RangeReply(here.listener().readRange(rangeRequest.range())));
            case TransportMessage.RangeReply rangeReply -> here.listener().rangeReceived(from, rangeReply.response());
            case TransportMessage.SnapshotRequest question ->
                sendTo(
                        here,
                        from,
                        new TransportMessage.SnapshotReply(here.listener().readSnapshot(question.after())));
            case TransportMessage.SnapshotReply reply -> here.listener().snapshotReceived(from, reply.chunk());
        }
    }

    private void sendTo(Session<SimulatedLink> here, NodeIncarnation to, TransportMessage transportMessage) {
        links(here, to).forEach(link -> send(link.peer(), transportMessage, new NoCallback()));
    }

    /** For words after which nobody waits. */
    private static final class NoCallback implements DeliveryCallback {
        @Override
        public void acknowledged(long number) {}

        @Override
        public void rejected() {}

        @Override
        public void completed() {}
    }
}
