package dev.ginkgo.hub.spi;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Address;

/**
 * Another node in the membership.
 *
 * @param origin the node and its current incarnation
 * @param address the address that its {@link Transport#open} returned
 */
public record Peer(NodeIncarnation origin, Address address) {
    public Peer {
        requireNonNull(origin, "origin is null");
        requireNonNull(address, "address is null");
    }
}
