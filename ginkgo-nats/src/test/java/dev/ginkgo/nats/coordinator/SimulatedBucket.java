package dev.ginkgo.nats.coordinator;

import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.config.Address;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A bucket with its nodes in simulated time: messages take random times, connections are lost, nodes freeze, leaders step down, another program overwrites the entry, and the server may lose its
 * last entries when it restarts, as one without synchronous writes does. Single-threaded; a seed determines everything.
 */
final class SimulatedBucket {
    static final LeaseTiming TIMING = new LeaseTiming(Duration.ofMillis(400), Duration.ofMillis(50));
    private static final long MILLI = 1_000_000;

    /** An entry; malformed if null. */
    private record Stored(@Nullable LeaseEntry entry, long revision) {}

    private record Action(long at, long number, Runnable body) {}

    private final Random random;
    private final PriorityQueue<Action> actions =
            new PriorityQueue<>(Comparator.comparingLong(Action::at).thenComparingLong(Action::number));
    private final List<Stored> log = new ArrayList<>();
    final List<Node> nodes = new ArrayList<>();
    final List<Epoch> promotions = new ArrayList<>();
    private final TimeSource time = new SimulatedTime();
    private final boolean losesEntries;
    private boolean withFaults;
    private long serverStarts;
    private long nanos;
    private long actionNumber;

    /** @param losesEntries whether the server may lose its last entries when it restarts */
    SimulatedBucket(long seed, int count, boolean losesEntries) {
        this.losesEntries = losesEntries;
        random = new Random(seed);
        for (int i = 0; i < count; i++) {
            nodes.add(new Node(i));
        }
    }

    /** Runs until the simulated time has passed; checks after each step that at most one lease is valid. */
    void run(Duration duration, boolean faults) {
        withFaults = faults;
        long end = nanos + duration.toNanos();
        nodes.forEach(Node::wakeUp);
        if (faults) {
            scheduleFault(end);
        }
        while (!actions.isEmpty() && actions.element().at <= end) {
            Action action = actions.remove();
            nanos = action.at;
            action.body.run();
            List<Node> leaders = nodes.stream().filter(Node::isLeading).toList();
            if (leaders.size() > 1) {
                throw new AssertionError("at " + nanos / MILLI + " ms two nodes lead: " + leaders);
            }
        }
    }

    private void scheduleFault(long end) {
        after(random.nextLong(800 * MILLI), () -> {
            switch (random.nextInt(6)) {
                case 0 -> nodes.get(random.nextInt(nodes.size())).disconnect();
                case 1 -> nodes.get(random.nextInt(nodes.size())).freeze(random.nextLong(1_500 * MILLI));
                case 3 -> nodes.forEach(Node::stepDown); // has an effect at the leader
                case 4 -> store(null); // another program writes what is not an entry
                case 2 -> restartServer(losesEntries ? random.nextInt(6) : 0);
                default -> nodes.get(random.nextInt(nodes.size())).restart();
            }
            if (nanos < end) {
                scheduleFault(end);
            }
        });
    }

    /** The server loses its last entries, and what was sent to it; all connections end. */
    private void restartServer(int lost) {
        serverStarts++;
        for (int i = 0; i < lost && !log.isEmpty(); i++) {
            log.removeLast();
        }
        nodes.forEach(Node::disconnect);
    }

    private void after(long delay, Runnable body) {
        actions.add(new Action(nanos + delay, actionNumber++, body));
    }

    private long store(@Nullable LeaseEntry entry) {
        Stored added = new Stored(entry, lastRevision() + 1 + random.nextInt(3));
        log.add(added);
        for (Node each : nodes) {
            Connection receiver = each.connection;
            if (receiver != null && receiver.subscribed) {
                receiver.deliver(() -> each.election.received(entry, added.revision));
            }
        }
        return added.revision;
    }

    private long lastRevision() {
        return log.isEmpty() ? 0 : log.getLast().revision;
    }

    private final class SimulatedTime implements TimeSource {
        @Override
        public Instant now() {
            return Instant.EPOCH.plusNanos(nanos);
        }

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void park(long deadline) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void unpark(Thread thread) {
            throw new UnsupportedOperationException();
        }
    }

    final class Node implements CoordinatorListener {
        private final int number;
        private final Queue<Runnable> inbox = new ArrayDeque<>();
        private long incarnation;
        private Election election;
        private @Nullable Epoch held;
        private @Nullable DualTimestamp start;
        private @Nullable Epoch lastKnown;
        private @Nullable Connection connection;
        private long frozenUntil;
        private long lastWakeUp;

        Node(int number) {
            this.number = number;
            election = newElection();
            connect();
        }

        private Election newElection() {
            Address address = new Address("127.0.0.1", number + 1);
            return new Election(
                    new Member(address.toString(), ++incarnation, address, Optional.empty(), Optional.empty(), "1"),
                    this,
                    time);
        }

        boolean isLeading() {
            return held != null && start != null && start.elapsed(time).compareTo(TIMING.validity()) < 0;
        }

        void release() {
            election.release(() -> {});
        }

        void stepDown() {
            election.releasable().ifPresent(election::stepDown);
        }

        void freeze(long duration) {
            frozenUntil = Math.max(frozenUntil, nanos + duration);
        }

        /** Kills the process, and starts it again. */
        void restart() {
            disconnect();
            held = null;
            lastKnown = null;
            election = newElection();
        }

        void disconnect() {
            if (connection != null) {
                connection = null;
                election.disconnected();
                inbox.clear();
                after(random.nextLong(300 * MILLI), this::connect);
            }
        }

        private void connect() {
            if (connection == null) {
                Connection opened = new Connection(this);
                connection = opened;
                long created = 7;
                election.connected("simulated-" + created);
                opened.deliver(() -> {
                    if (!log.isEmpty()) {
                        Stored last = log.getLast();
                        opened.deliver(() -> election.received(last.entry, last.revision));
                    }
                    opened.deliver(() -> election.synchronised(opened));
                    opened.subscribed = true;
                });
            }
        }

        private void enqueue(Connection from, Runnable body) {
            inbox.add(() -> {
                if (from.equals(connection)) {
                    body.run();
                }
            });
            wakeUp();
        }

        private void wakeUp() {
            if (nanos >= frozenUntil) {
                while (!inbox.isEmpty()) {
                    inbox.remove().run();
                }
                election.tick();
            }
            long wakeUpNumber = ++lastWakeUp; // only the last one counts, as with one timer
            long due = Math.max(Math.max(MILLI, election.untilDue().toNanos()), frozenUntil - nanos);
            after(due, () -> {
                if (wakeUpNumber == lastWakeUp) {
                    wakeUp();
                }
            });
        }

        @Override
        public LeaseTiming leaseTiming() {
            return TIMING;
        }

        @Override
        public void rosterChanged(List<Member> members) {}

        @Override
        public void leaderChanged(String name, Epoch epoch) {
            if (held != null && held.isBefore(epoch)) {
                held = null;
            }
            lastKnown = epoch;
        }

        @Override
        public boolean leaseRenewed(Epoch epoch, DualTimestamp newStart) {
            boolean expired = newStart.elapsed(time).compareTo(TIMING.validity()) >= 0;
            boolean lostBefore = epoch.equals(held) && !isLeading();
            if (expired || lostBefore) {
                held = null;
                return false;
            }
            if (!epoch.equals(held)) {
                if (!losesEntries
                        && !promotions.isEmpty()
                        && !promotions.getLast().isBefore(epoch)) {
                    throw new AssertionError("epoch " + epoch + " follows " + promotions.getLast());
                }
                promotions.add(epoch);
            }
            held = epoch;
            start = newStart;
            return true;
        }

        @Override
        public void leaseEnded(Epoch epoch) {
            if (epoch.equals(held)) {
                held = null;
            }
        }

        @Override
        public String toString() {
            return "node " + number + " in " + held + " (knows " + lastKnown + ")";
        }
    }

    /** A connection, over which messages arrive in order. */
    private final class Connection implements BucketWriter {
        private final Node node;
        private boolean subscribed;
        private long toServer;
        private long toNode;

        Connection(Node node) {
            this.node = node;
        }

        private long delay() {
            return withFaults && random.nextInt(20) == 0 ? random.nextLong(500 * MILLI) : random.nextLong(5 * MILLI);
        }

        void deliver(Runnable body) {
            toNode = Math.max(toNode + 1, nanos + delay());
            after(toNode - nanos, () -> node.enqueue(this, body));
        }

        @Override
        public void write(String key, byte[] value, long expected, LongConsumer stored, Runnable rejected) {
            LeaseEntry entry = LeaseEntry.decode(value);
            toServer = Math.max(toServer + 1, nanos + delay());
            long sentTo = serverStarts;
            after(toServer - nanos, () -> {
                if (sentTo != serverStarts) {
                    return;
                }
                if (!this.equals(node.connection) && random.nextBoolean()) {
                    return; // lost with the connection; otherwise it arrives although its connection has ended
                }
                if (lastRevision() != expected) {
                    deliver(rejected);
                    return;
                }
                long revision = store(entry);
                deliver(() -> stored.accept(revision));
            });
        }

        @Override
        public void delete(String key, long expected) {
            throw new UnsupportedOperationException();
        }
    }
}
