package dev.ginkgo.hub.spi;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Keeps what a transport says to one node; can be frozen. */
public final class RecordingInbox implements Inbox {
    private final Map<Origin, List<Envelope>> received = new ConcurrentHashMap<>();
    private final Map<Origin, Long> beats = new ConcurrentHashMap<>();
    private final List<Envelope> history = new CopyOnWriteArrayList<>();
    final List<Answer> answers = new CopyOnWriteArrayList<>();
    volatile List<Holdings> holdings = List.of();
    final List<Holdings> held = new CopyOnWriteArrayList<>();
    final List<String> faults = new CopyOnWriteArrayList<>();
    final Map<Origin, Map<Origin, Long>> others = new ConcurrentHashMap<>();
    volatile Map<Origin, Long> positions = Map.of();
    volatile Set<Origin> ready = Set.of();
    private volatile CountDownLatch thawed = new CountDownLatch(0);

    /** From now on each call blocks. */
    void freeze() {
        thawed = new CountDownLatch(1);
    }

    void thaw() {
        thawed.countDown();
    }

    private void pass() {
        try {
            if (!thawed.await(1, TimeUnit.MINUTES)) {
                faults.add("nobody has thawed this");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What came from that node, in order. */
    List<Envelope> from(Origin origin) {
        List<Envelope> some = received.getOrDefault(origin, List.of());
        synchronized (some) {
            return List.copyOf(some);
        }
    }

    List<Long> numbersFrom(Origin origin) {
        return from(origin).stream().map(Envelope::sequence).toList();
    }

    /** How far that node has said to be; -1 if it has said nothing. */
    long beat(Origin origin) {
        return beats.getOrDefault(origin, -1L);
    }

    /** Has these answered to those who ask. */
    void remember(Envelope message) {
        history.add(message);
    }

    @Override
    public void beat(Origin peer, long last, Map<Origin, Long> positionsOfPeer) {
        pass();
        beats.put(peer, last);
        others.put(peer, positionsOfPeer);
    }

    @Override
    public Map<Origin, Long> positions() {
        return positions;
    }

    @Override
    public void received(Envelope message) {
        pass();
        if (!beats.containsKey(message.origin())) {
            faults.add(message + " came before the first beat");
        }
        List<Envelope> all = received.computeIfAbsent(message.origin(), origin -> new ArrayList<>());
        synchronized (all) {
            if (!all.isEmpty() && all.getLast().sequence() >= message.sequence()) {
                faults.add(message + " came after " + all.getLast());
            }
            all.add(message);
        }
    }

    @Override
    public Answer answer(Stretch asked) {
        pass();
        List<Envelope> found = new ArrayList<>();
        long size = 0;
        for (Envelope message : history) {
            boolean in = message.origin().equals(asked.origin())
                    && message.sequence() >= asked.from()
                    && message.sequence() <= asked.to();
            if (in && size > 0 && size + message.cost() > Answer.MAX_BYTES) {
                return new Answer(asked, found, found.getLast().sequence());
            }
            if (in) {
                found.add(message);
                size += message.cost();
            }
        }
        return new Answer(asked, found, asked.to());
    }

    @Override
    public void answered(Origin peer, Answer answer) {
        answers.add(answer);
    }

    @Override
    public Holdings holdings(long after) {
        pass();
        return after < holdings.size() ? holdings.get((int) after) : Holdings.nothing(after);
    }

    @Override
    public void held(Origin peer, Holdings some) {
        held.add(some);
    }

    @Override
    public void ready(Set<Origin> peers) {
        ready = peers;
    }
}
