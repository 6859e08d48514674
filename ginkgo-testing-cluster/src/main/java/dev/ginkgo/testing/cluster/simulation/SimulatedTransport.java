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
 * Transport over the links of the test's {@link Simulation}. One task per peer sends, and one task receives, so a
 * frozen node neither sends nor receives.
 */
final class SimulatedTransport extends InMemoryTransport<SimulatedLink> {
    private final Simulation simulation;
    private final Queue<ReceivedMessage> received = new ConcurrentLinkedQueue<>();
    private volatile @Nullable WakeableTimer
            receiveTimer; // also used after the run has ended, because messages may arrive late

    private record ReceivedMessage(NodeIncarnation from, TransportMessage message, DeliveryCallback callback) {}

    /** Reports to the sender what became of a message. */
    interface DeliveryCallback {
        /** The peer received the hello (0) or the heartbeat with that number. */
        void acknowledged(long number);

        /** The peer does not know this node. */
        void rejected();

        /** The message is no longer in flight. */
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
        spawn("receive", () -> receive(timer));
        return simulation.register(this);
    }

    @Override
    protected void unregister() {
        simulation.unregister(this);
    }

    @Override
    protected SimulatedLink link(Session<SimulatedLink> session, Peer peer, long budget) {
        return new SimulatedLink(this, peer, session.queues(), budget, time());
    }

    @Override
    public void requestRange(NodeIncarnation peer, SequenceRange sequenceRange) {
        sendTo(openSession(), peer, new TransportMessage.RangeRequest(sequenceRange));
    }

    @Override
    public void requestSnapshot(NodeIncarnation peer, long after) {
        sendTo(openSession(), peer, new TransportMessage.SnapshotRequest(after));
    }

    // ---- sending

    /** Sends a message to the transport that is registered at the peer's address when the message arrives. */
    void send(Peer peer, TransportMessage transportMessage, DeliveryCallback deliveryCallback) {
        Session<SimulatedLink> session = session();
        if (session == null) {
            deliveryCallback.completed();
            return;
        }
        NodeIncarnation self = session.self();
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

    private void sendBack(Session<SimulatedLink> session, NodeIncarnation to, Runnable callback) {
        simulation.send(new Route(session.self().name(), to.name()), callback, () -> {});
    }

    // ---- receiving

    private void enqueue(ReceivedMessage incoming) {
        received.add(incoming);
        WakeableTimer timer = receiveTimer;
        if (timer != null) {
            timer.wake();
        }
    }

    private void receive(WakeableTimer timer) throws InterruptedException {
        while (true) {
            ReceivedMessage next = received.poll();
            Session<SimulatedLink> session = session();
            if (session == null) {
                return;
            }
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            if (next == null) {
                timer.awaitUntil(WaitQueue.never(time()));
            } else {
                receive(session, next);
                next.callback.completed();
            }
        }
    }

    private void receive(Session<SimulatedLink> session, ReceivedMessage incoming) {
        NodeIncarnation from = incoming.from;
        if (incoming.message instanceof TransportMessage.Hello hello
                && !hello.addressee().equals(session.self())) {
            return; // for an earlier incarnation of this node
        }
        if (!admits(session, from)) {
            sendBack(session, from, incoming.callback::rejected);
            return;
        }
        switch (incoming.message) {
            case TransportMessage.Hello _ -> sendBack(session, from, () -> incoming.callback.acknowledged(0));
            case TransportMessage.Heartbeat heartbeat -> {
                session.listener().heartbeat(from, heartbeat.last(), heartbeat.positions());
                sendBack(session, from, () -> incoming.callback.acknowledged(heartbeat.number()));
            }
            case TransportMessage.Publication publication -> session.listener().received(publication.message());
            case TransportMessage.RangeRequest rangeRequest ->
                sendTo(
                        session,
                        from,
                        new TransportMessage.RangeReply(session.listener().readRange(rangeRequest.range())));
            case TransportMessage.RangeReply rangeReply ->
                session.listener().rangeReceived(from, rangeReply.response());
            case TransportMessage.SnapshotRequest question ->
                sendTo(
                        session,
                        from,
                        new TransportMessage.SnapshotReply(session.listener().readSnapshot(question.after())));
            case TransportMessage.SnapshotReply reply -> session.listener().snapshotReceived(from, reply.chunk());
        }
    }

    private void sendTo(Session<SimulatedLink> session, NodeIncarnation to, TransportMessage transportMessage) {
        links(session, to).forEach(link -> send(link.peer(), transportMessage, new NoCallback()));
    }

    /** For messages whose delivery is not tracked. */
    private static final class NoCallback implements DeliveryCallback {
        @Override
        public void acknowledged(long number) {}

        @Override
        public void rejected() {}

        @Override
        public void completed() {}
    }
}
