package dev.ginkgo.cluster.model;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Address;
import java.net.URI;
import java.util.Optional;

/**
 * A node of the cluster, as all other nodes see it in the roster.
 *
 * @param name unique in the cluster: the identity as text
 * @param incarnation increases with each start of the node
 * @param identity the node's address in the cluster
 * @param transport the address at which its hub accepts connections from other hubs; empty until it has one
 * @param url the URL at which browsers reach the node; empty until it serves one
 * @param version the version of Ginkgo that the node runs
 */
public record Member(
        String name,
        long incarnation,
        Address identity,
        Optional<Address> transport,
        Optional<URI> url,
        String version) {

    public Member {
        requireNonNull(name, "name is null");
        requireNonNull(identity, "identity is null");
        requireNonNull(transport, "transport is null");
        requireNonNull(url, "url is null");
        requireNonNull(version, "version is null");
    }

    /** Returns a copy with the address of the node's hub. */
    public Member withTransport(Address address) {
        return new Member(name, incarnation, identity, Optional.of(address), url, version);
    }

    /** Returns a copy with the URL at which browsers reach the node. */
    public Member withUrl(URI publicUrl) {
        return new Member(name, incarnation, identity, transport, Optional.of(publicUrl), version);
    }
}
