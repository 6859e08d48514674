package dev.ginkgo.hub.delivery;

import dev.ginkgo.hub.connection.StreamConnection;
import dev.ginkgo.hub.framing.ControlEvent;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.log.Cursor;
import dev.ginkgo.hub.log.Replay;

/** Cursor of one subscription on a connection that several share. Used only on the event loop. */
final class SharedSubscription extends LoopSubscriber implements SharedStream.Member {
    /** Result of a visit. */
    enum Visit {
        /** Frames have been added to the write. */
        CONTRIBUTED,
        /** Nothing to send now, but the end is not reached. */
        BEHIND,
        /** Nothing to send until other writes release memory. */
        AWAITING_MEMORY,
        /** Everything has been sent. */
        AT_END
    }

    final SubscriberGroup subscriberGroup;
    final Cursor cursor;
    final Runnable releasePattern;

    private final SharedConnection shared;
    private boolean live; // everything but the newest messages has been sent
    private long endAt = Long.MAX_VALUE;
    boolean closed;

    /**
     * Creates a subscription.
     *
     * @param releasePattern run once when it ends
     */
    SharedSubscription(SharedConnection shared, JoinResult joinResult, Runnable releasePattern) {
        this.shared = shared;
        this.subscriberGroup = joinResult.group();
        this.cursor = joinResult.cursor();
        this.releasePattern = releasePattern;
    }

    @Override
    public ControlEvent.Start start() {
        return new ControlEvent.Start(cursor.start().recovered(), cursor.start().id());
    }

    /** Adds the next messages to a write. The position has not changed if this throws. */
    Visit contributeTo(SharedWrite write) {
        if (cursor.position() >= endAt) {
            return Visit.AT_END;
        }
        boolean onlyPinned = !shared.deliveryLoop.hasRoom(live);
        if (onlyPinned && shared.encrypts) {
            return Visit.AWAITING_MEMORY; // what other writes retain would be copied
        }
        Replay replay = cursor.replay();
        if (replay == null) {
            return contribute(subscriberGroup.batch(cursor.position(), onlyPinned), onlyPinned, write);
        }
        try (Batch batch = subscriberGroup.encodedFeed.nextBatch(cursor.position(), replay, onlyPinned)) {
            return contribute(batch, onlyPinned, write);
        }
    }

    private Visit contribute(Batch batch, boolean onlyPinned, SharedWrite write) {
        String after = batch.gapId() != null && cursor.reportsGap(batch.missed()) ? batch.gapId() : null;
        String resumeId = cursor.unseenResumeId(batch.last(), after);
        cursor.advance(batch.next(), batch.last());
        if (batch.isEmpty() && after == null) {
            return batch.atEnd() ? Visit.AT_END : onlyPinned ? Visit.AWAITING_MEMORY : Visit.BEHIND;
        }
        if (after != null) {
            shared.deliveryLoop.counters().recordGap(batch.missed());
            addEvent(new ControlEvent.MissedMessages(batch.missed(), after), write);
        }
        write.add(batch);
        if (resumeId != null) {
            addEvent(new ControlEvent.NextPosition(resumeId), write);
        }
        write.contributions.add(new SharedWrite.Contribution(this, DeliveryStats.of(batch, cursor), batch.atEnd()));
        return Visit.CONTRIBUTED;
    }

    private void addEvent(ControlEvent event, SharedWrite write) {
        WireFormat wireFormat = subscriberGroup.encodedFeed.wireFormat;
        write.add(wireFormat.encodeEvent(event, subscriberGroup.encodedFeed.feed.channelSelector));
    }

    /** Waits for new messages. */
    void awaitMessages() {
        live = true;
        subscriberGroup.addWaiting(this);
    }

    /** Notes that there may be more messages than those that were written. */
    void fallBehind() {
        live = false;
    }

    /** Ends the subscription with the messages published until now. Returns whether some have not been sent. */
    boolean endWithPublished() {
        endAt = subscriberGroup.encodedFeed.end();
        return subscriberGroup.removeWaiting(this) && cursor.position() < endAt;
    }

    // ---- called by the loop

    /** Called when there are new messages. */
    @Override
    public void sendNext() {
        if (!closed) {
            shared.addBehind(this);
        }
    }

    @Override
    public void heartbeat(long idleNanos) {
        // the connection has one heartbeat for all subscriptions
    }

    @Override
    public void closeIfStalled(long timeoutNanos) {
        // the connection is checked
    }

    @Override
    public void closeIfPending(PinnedMemory.Pin write) {
        // writes belong to the connection
    }

    @Override
    public StreamConnection connection() {
        return shared.connection();
    }

    // ---- StreamHandle

    @Override
    public long lag() {
        return subscriberGroup.encodedFeed.end() - cursor.position();
    }

    @Override
    public void heartbeat() {
        shared.heartbeat();
    }

    /** Ends the whole connection: a subscription has no end of its own that the client could tell from a loss. */
    @Override
    public void endGracefully(String reason) {
        shared.endGracefully(reason);
    }

    @Override
    public void close() {
        shared.unsubscribe(this);
    }

    @Override
    public String toString() {
        return subscriberGroup.encodedFeed.feed.channelSelector + " to " + shared.connection();
    }
}
