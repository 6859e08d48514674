package dev.ginkgo.hub.replication.local;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.MessageHub;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Hubs in one process that reach each other by the transport {@code local}: for tests of what several nodes do, each a
 * {@link MessageHub} that was given the same network. May be used from any thread, also by several trees.
 */
public final class LocalNetwork {
    private final Map<Address, LocalTransport> transports = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();

    /** A network that nobody is in yet. */
    public LocalNetwork() {}

    /** Where the others find it: an address that no socket has. */
    Address add(LocalTransport station) {
        Address address = new Address("local-" + count.incrementAndGet(), 0);
        transports.put(address, station);
        return address;
    }

    Optional<LocalTransport> find(Address address) {
        return Optional.ofNullable(transports.get(address));
    }

    /** Cuts a node off from all others, or lets it back. */
    public void isolate(Address address, boolean isolated) {
        find(address).orElseThrow().isolate(isolated);
    }

    void remove(LocalTransport station) {
        transports.values().remove(station);
    }
}
