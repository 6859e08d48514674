package dev.ginkgo.hub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One channel in one framing: what its readers have in common. Each message is encoded once, by the first loop that
 * needs it, into slabs.
 *
 * <p>Encoding is done under a lock of the view, which only loops take, and not under the store's: a publisher never
 * waits for it.
 */
final class View {
    /** The most that is written to a connection at once, if a single message is not larger. */
    static final int BATCH = 64 * 1024;

    private static final int SLAB = 64 * 1024;
    private static final int SMALLEST_SLAB = 1024;

    final Framing framing;

    /** Guarded by the store. */
    final Map<Loop, Group> groups = new HashMap<>(2);

    private final Store store;
    private final ChannelLog log;

    // guarded by `encoding`
    private final Object encoding = new Object();
    private ByteBuf body = Unpooled.buffer();
    private int slabSize = SMALLEST_SLAB;

    // guarded by the store; the slabs hold the frames of successive messages, up to that before `encoded`
    private final List<Slab> slabs = new ArrayList<>(1);
    private @Nullable Slab filling;
    private long encoded;
    private boolean closed;

    private record Frame(Slab slab, int end) {}

    /** Made under the store's lock: it begins with the next message. */
    View(Store store, ChannelLog log, Framing framing) {
        this.store = store;
        this.log = log;
        this.framing = framing;
        encoded = log.end();
    }

    ChannelLog log() {
        return log;
    }

    /** The number that the channel's next message will have. */
    long end() {
        synchronized (store) {
            return log.end();
        }
    }

    /** What a reader at {@code position} is to be sent next; to be closed. Called by loops. */
    Batch next(long position) {
        synchronized (encoding) {
            while (encodeSome(position)) {
                // until there is enough, or no more
            }
        }
        synchronized (store) {
            return cut(position);
        }
    }

    // ---- encode

    private boolean encodeSome(long position) {
        List<Message> messages;
        Slab slab;
        long number;
        synchronized (store) {
            encoded = Math.max(encoded, log.first());
            if (closed || encoded == log.end() || encodedFrom(position) >= BATCH) {
                return false;
            }
            number = encoded;
            messages = log.some(number, BATCH);
            slab = slabs.isEmpty() ? null : slabs.getLast();
            filling = slab;
        }
        List<Slab> fresh = new ArrayList<>(1);
        List<Frame> frames = new ArrayList<>(messages.size());
        try {
            for (Message message : messages) {
                framing.body(message, body.clear());
                int needed = body.readableBytes() + Carrier.OVERHEAD;
                if (slab == null || slab.buffer().writableBytes() < needed) {
                    slab = new Slab(store.allocate(sizeFor(needed)), number + frames.size());
                    fresh.add(slab);
                }
                framing.frame(message, body, slab.buffer());
                frames.add(new Frame(slab, slab.buffer().writerIndex()));
            }
        } finally {
            if (body.capacity() > BATCH) {
                body = Unpooled.buffer(); // of one large message; not to be kept
            }
            synchronized (store) {
                publish(fresh, frames);
            }
        }
        return true;
    }

    /** A large message gets a slab of its own; the slabs for small ones begin small and grow, for quiet channels. */
    private int sizeFor(int needed) {
        if (needed > SLAB / 4) {
            return needed;
        }
        int size = slabSize;
        while (size < needed) {
            size *= 2;
        }
        slabSize = Math.min(SLAB, size * 2);
        return size;
    }

    private void publish(List<Slab> fresh, List<Frame> frames) {
        slabs.addAll(fresh);
        store.charge(fresh.stream().mapToLong(Slab::capacity).sum());
        frames.forEach(frame -> frame.slab.add(frame.end));
        encoded += frames.size();
        filling = null;
        if (closed) {
            close();
        } else {
            trim();
            store.evict();
        }
    }

    /** How many bytes are encoded from there on; of more than a batch it need not know. */
    private int encodedFrom(long position) {
        long from = Math.max(position, log.first());
        int bytes = 0;
        for (int i = slabOf(from); i < slabs.size() && bytes < BATCH; i++) {
            Slab slab = slabs.get(i);
            bytes += slab.length() - (bytes == 0 ? slab.offset(from) : 0);
        }
        return bytes;
    }

    // ---- read

    private Batch cut(long position) {
        long from = Math.max(position, log.first());
        long to = from;
        int bytes = 0;
        List<ByteBuf> parts = new ArrayList<>(2);
        for (int i = slabOf(from); i < slabs.size(); i++) {
            Slab slab = slabs.get(i);
            long begin = to;
            int start = slab.offset(begin);
            while (to < slab.end() && (to == from || bytes + slab.offset(to + 1) - start <= BATCH)) {
                to++;
            }
            if (to == begin) {
                break;
            }
            bytes += slab.offset(to) - start;
            parts.add(slab.retained(begin, to));
            if (to < slab.end()) {
                break; // the batch is full; the rest of this slab comes before the next one
            }
        }
        long since = to == from ? 0 : log.get(from).nanos;
        return new Batch(parts, bytes, (int) (to - from), since, from - position, to, closed || to == log.end());
    }

    /** The index of the slab that holds that message; if none does, how many there are. */
    private int slabOf(long number) {
        int low = 0;
        int high = slabs.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (slabs.get(middle).end() > number) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    // ---- let go; under the store's lock

    /** Lets go of the slabs whose messages are all gone from the log. */
    void trim() {
        while (!slabs.isEmpty()
                && slabs.getFirst() != filling
                && slabs.getFirst().end() <= log.first()) {
            letGo(slabs.removeFirst());
        }
    }

    /** Lets go of all. Whoever is encoding now does the rest. */
    void close() {
        closed = true;
        slabs.removeIf(slab -> {
            if (slab == filling) {
                return false;
            }
            letGo(slab);
            return true;
        });
    }

    private void letGo(Slab slab) {
        store.charge(-slab.capacity());
        slab.release();
    }
}
