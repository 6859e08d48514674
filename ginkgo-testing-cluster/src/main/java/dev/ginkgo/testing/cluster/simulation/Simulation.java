package dev.ginkgo.testing.cluster;

import dev.ginkgo.cluster.Member;
import dev.ginkgo.config.Address;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What is between the nodes of one test: the links, the store, what is on its way. Engines are made while a
 * configuration is bound, by {@link java.util.ServiceLoader}, and without an argument; so the world in which they are to
 * work is handed to them by a scoped value, which ends with the start of the node.
 */
final class World {
    /** The world of the node that is being started by this thread. */
    static final ScopedValue<World> HERE = ScopedValue.newInstance();

    final Wire wire = new Wire();
    final Links links;

    private final Store store = new Store();
    private final AtomicLong starts = new AtomicLong();
    private final AtomicLong opened = new AtomicLong();
    private final Map<Address, SimulatedTransport> stations = new ConcurrentHashMap<>();

    /**
     * A world in which nothing is wrong.
     *
     * @param voters the nodes of whom a majority is needed; with none every node alone is enough
     */
    World(List<String> voters) {
        links = new Links(voters);
    }

    static World here() {
        if (!HERE.isBound()) {
            throw new IllegalStateException("the engine \"" + SimulatedEngine.NAME
                    + "\" works in a TestCluster only; take another one, or TestCluster.of(…)");
        }
        return HERE.get();
    }

    /** Counts a start of a node; each has another number, as with engines that count by the clock. */
    long start() {
        return starts.incrementAndGet();
    }

    /** Where the others find this transport from now on: an address that no socket has. */
    Address open(SimulatedTransport station) {
        Address address = new Address("station-" + opened.incrementAndGet(), 0);
        stations.put(address, station);
        return address;
    }

    void close(SimulatedTransport station) {
        stations.values().remove(station);
    }

    Optional<SimulatedTransport> at(Address address) {
        return Optional.ofNullable(stations.get(address));
    }

    /** Has something come to another node, if the way is open when it leaves and when it comes. */
    void carry(Lane lane, Runnable arrival, Runnable lost) {
        if (!links.isOpen(lane)) {
            lost.run();
            return;
        }
        wire.send(lane, links.latency(lane), () -> (links.isOpen(lane) ? arrival : lost).run());
    }

    /** Puts a question to the store. Its answer may never come. */
    void ask(Store.Request request, Consumer<Store.Answer> answered) {
        String node = request.member().name();
        carry(
                new Lane(node, Lane.STORE),
                () -> {
                    Store.Answer answer = store.ask(request, wire.nanos());
                    carry(new Lane(Lane.STORE, node), () -> answered.accept(answer), () -> {});
                },
                () -> {});
    }

    /**
     * Tells the store at once that a node leaves, if it reaches it: who stops waits for that, and a test's clock stands
     * still meanwhile.
     */
    void leave(Member member) {
        if (links.isOpen(new Lane(member.name(), Lane.STORE))) {
            store.leave(member);
        }
    }
}
