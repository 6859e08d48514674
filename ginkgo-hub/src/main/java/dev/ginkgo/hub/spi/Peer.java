package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Address;

/**
 * Another node, as the roster shows it.
 *
 * @param origin the node and its present life
 * @param address what its {@link Transport#open} returned
 */
public record Peer(NodeIncarnation origin, Address address) {
    public Peer {
        requireNonNull(origin, "origin is null");
        requireNonNull(address, "address is null");
    }
}
