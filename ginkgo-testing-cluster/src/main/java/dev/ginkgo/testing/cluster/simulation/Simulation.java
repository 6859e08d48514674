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
    public static final ScopedValue<Simulation> CURRENT = ScopedValue.newInstance();

    public final SimulatedNetwork network = new SimulatedNetwork();
    public final NetworkFaults faults;

    private final LeaseStore leaseStore = new LeaseStore();
    private final AtomicLong starts = new AtomicLong();
    private final AtomicLong addresses = new AtomicLong();
    private final Map<Address, SimulatedTransport> transports = new ConcurrentHashMap<>();

    /**
     * A world in which nothing is wrong.
     *
     * @param voters the nodes of whom a majority is needed; with none every node alone is enough
     */
    public Simulation(List<String> voters) {
        faults = new NetworkFaults(voters);
    }

    static Simulation current() {
        if (!CURRENT.isBound()) {
            throw new IllegalStateException("the engine \"" + SimulatedCoordinatorProvider.NAME
                    + "\" works in a TestCluster only; take another one, or TestCluster.of(…)");
        }
        return CURRENT.get();
    }

    /** Counts a start of a node; each has another number, as with engines that count by the clock. */
    long nextIncarnation() {
        return starts.incrementAndGet();
    }

    /** Where the others find this transport from now on: an address that no socket has. */
    Address register(SimulatedTransport station) {
        Address address = new Address("station-" + addresses.incrementAndGet(), 0);
        transports.put(address, station);
        return address;
    }

    void unregister(SimulatedTransport station) {
        transports.values().remove(station);
    }

    Optional<SimulatedTransport> find(Address address) {
        return Optional.ofNullable(transports.get(address));
    }

    /** Has something come to another node, if the way is open when it leaves and when it comes. */
    void send(Route route, Runnable arrival, Runnable lost) {
        if (!faults.isOpen(route)) {
            lost.run();
            return;
        }
        network.send(route, faults.latency(route), () -> (faults.isOpen(route) ? arrival : lost).run());
    }

    /** Puts a question to the store. Its answer may never come. */
    void renew(LeaseStore.RenewalRequest renewalRequest, Consumer<LeaseStore.RenewalResponse> answered) {
        String node = renewalRequest.member().name();
        send(
                new Route(node, Route.STORE),
                () -> {
                    LeaseStore.RenewalResponse renewalResponse = leaseStore.renew(renewalRequest, network.nanos());
                    send(new Route(Route.STORE, node), () -> answered.accept(renewalResponse), () -> {});
                },
                () -> {});
    }

    /**
     * Tells the store at once that a node leaves, if it reaches it: who stops waits for that, and a test's clock stands
     * still meanwhile.
     */
    void leave(Member member) {
        if (faults.isOpen(new Route(member.name(), Route.STORE))) {
            leaseStore.leave(member);
        }
    }
}
