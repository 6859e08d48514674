package dev.ginkgo.hub.delivery;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** Frames of several subscriptions of one connection, which are written together. */
final class SharedWrite {
    /** What one subscription contributes. */
    record Contribution(SharedSubscription subscription, DeliveryStats stats, boolean atEnd) {}

    final List<ByteBuf> frames = new ArrayList<>(2);
    final List<Batch.Part> parts = new ArrayList<>(1);
    final List<Contribution> contributions = new ArrayList<>(1);
    private long bytes;

    void add(ByteBuf frame) {
        frames.add(frame);
        bytes += frame.readableBytes();
    }

    void add(Batch batch) {
        for (Batch.Part part : batch.parts()) {
            add(part.frames().retainedDuplicate());
            parts.add(part);
        }
    }

    long bytes() {
        return bytes;
    }

    boolean isEmpty() {
        return frames.isEmpty();
    }
}
