package dev.ginkgo.hub.replication.local;

import dev.ginkgo.config.Address;
import dev.ginkgo.hub.MessageHub;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Network of hubs in one process that reach each other over the transport {@code local}. Used in tests with several
 * nodes, each a {@link MessageHub} with the same network. Thread-safe; it may be shared by several service trees.
 */
public final class LocalNetwork {
    private final Map<Address, LocalTransport> transports = new ConcurrentHashMap<>();
    private final AtomicLong count = new AtomicLong();

    /** Creates an empty network. */
    public LocalNetwork() {}

    /** Adds a transport, and returns its address, which no socket has. */
    Address add(LocalTransport transport) {
        Address address = new Address("local-" + count.incrementAndGet(), 0);
        transports.put(address, transport);
        return address;
    }

    Optional<LocalTransport> find(Address address) {
        return Optional.ofNullable(transports.get(address));
    }

    /** Isolates a node from all others, or reconnects it. */
    public void isolate(Address address, boolean isolated) {
        find(address).orElseThrow().isolate(isolated);
    }

    void remove(LocalTransport transport) {
        transports.values().remove(transport);
    }
}
