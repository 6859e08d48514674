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
 * Everything between the nodes of one test: the links, the store and the messages in flight. {@link
 * java.util.ServiceLoader} creates engines without arguments while a configuration is bound, so they receive their
 * simulation in a scoped value, which is bound during the start of the node.
 */
public final class Simulation {
    /** The simulation of the node that this thread is starting. */
    public static final ScopedValue<Simulation> CURRENT = ScopedValue.newInstance();

    public final SimulatedNetwork network = new SimulatedNetwork();
    public final NetworkFaults faults;

    private final LeaseStore leaseStore = new LeaseStore();
    private final AtomicLong starts = new AtomicLong();
    private final AtomicLong addresses = new AtomicLong();
    private final Map<Address, SimulatedTransport> transports = new ConcurrentHashMap<>();

    /**
     * Creates a simulation without faults.
     *
     * @param voters the nodes of which a majority is needed; if empty, every node reaches the store
     */
    public Simulation(List<String> voters) {
        faults = new NetworkFaults(voters);
    }

    static Simulation current() {
        if (!CURRENT.isBound()) {
            throw new IllegalStateException("the engine \"" + SimulatedCoordinatorProvider.NAME
                    + "\" works only in a TestCluster; use TestCluster.of(…), or select another engine");
        }
        return CURRENT.get();
    }

    /** Returns a new incarnation number, higher than all before it. */
    long nextIncarnation() {
        return starts.incrementAndGet();
    }

    /** Registers a transport and returns the address at which the others find it; no socket has this address. */
    Address register(SimulatedTransport transport) {
        Address address = new Address("endpoint-" + addresses.incrementAndGet(), 0);
        transports.put(address, transport);
        return address;
    }

    void unregister(SimulatedTransport transport) {
        transports.values().remove(transport);
    }

    Optional<SimulatedTransport> find(Address address) {
        return Optional.ofNullable(transports.get(address));
    }

    /**
     * Delivers a message to another node if the route is open both when it leaves and when it arrives; otherwise runs
     * {@code lost}.
     */
    void send(Route route, Runnable arrival, Runnable lost) {
        if (!faults.isOpen(route)) {
            lost.run();
            return;
        }
        network.send(route, faults.latency(route), () -> (faults.isOpen(route) ? arrival : lost).run());
    }

    /** Sends a request to the store. The response may never arrive. */
    void renew(LeaseStore.RenewalRequest renewalRequest, Consumer<LeaseStore.RenewalResponse> onResponse) {
        String node = renewalRequest.member().name();
        send(
                new Route(node, Route.STORE),
                () -> {
                    LeaseStore.RenewalResponse renewalResponse = leaseStore.renew(renewalRequest, network.nanos());
                    send(new Route(Route.STORE, node), () -> onResponse.accept(renewalResponse), () -> {});
                },
                () -> {});
    }

    /**
     * Removes a node from the store immediately, if it reaches the store: a stopping node waits for this, and a test's
     * clock does not advance during that.
     */
    void leave(Member member) {
        if (faults.isOpen(new Route(member.name(), Route.STORE))) {
            leaseStore.leave(member);
        }
    }
}
