package dev.ginkgo.testing.cluster.simulation;

import dev.ginkgo.cluster.model.Member;
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
public final class Simulation {
    /** The world of the node that is being started by this thread. */
    public static final ScopedValue<Simulation> HERE = ScopedValue.newInstance();

    public final SimulatedNetwork wire = new SimulatedNetwork();
    public final NetworkFaults links;

    private final LeaseStore store = new LeaseStore();
    private final AtomicLong starts = new AtomicLong();
    private final AtomicLong opened = new AtomicLong();
    private final Map<Address, SimulatedTransport> stations = new ConcurrentHashMap<>();

    /**
     * A world in which nothing is wrong.
     *
     * @param voters the nodes of whom a majority is needed; with none every node alone is enough
     */
    public Simulation(List<String> voters) {
        links = new NetworkFaults(voters);
    }

    static Simulation here() {
        if (!HERE.isBound()) {
            throw new IllegalStateException("the engine \"" + SimulatedCoordinatorProvider.NAME
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
    void carry(Route lane, Runnable arrival, Runnable lost) {
        if (!links.isOpen(lane)) {
            lost.run();
            return;
        }
        wire.send(lane, links.latency(lane), () -> (links.isOpen(lane) ? arrival : lost).run());
    }

    /** Puts a question to the store. Its answer may never come. */
    void ask(LeaseStore.RenewalRequest request, Consumer<LeaseStore.RenewalResponse> answered) {
        String node = request.member().name();
        carry(
                new Route(node, Route.STORE),
                () -> {
                    LeaseStore.RenewalResponse answer = store.ask(request, wire.nanos());
                    carry(new Route(Route.STORE, node), () -> answered.accept(answer), () -> {});
                },
                () -> {});
    }

    /**
     * Tells the store at once that a node leaves, if it reaches it: who stops waits for that, and a test's clock stands
     * still meanwhile.
     */
    void leave(Member member) {
        if (links.isOpen(new Route(member.name(), Route.STORE))) {
            store.leave(member);
        }
    }
}
