package dev.ginkgo.cluster.model;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Address;
import java.net.URI;
import java.util.Optional;

/**
 * A node of the cluster, as the roster shows it to all others.
 *
 * @param name unique in the cluster: the identity as text
 * @param incarnation higher after each start of that node
 * @param identity the node's address in the cluster
 * @param transport where its hub talks with other hubs, once it has one
 * @param url where browsers reach it, once it serves them
 * @param version the version of Ginkgo that it runs
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

    /** The same node, with its hub. */
    public Member withTransport(Address address) {
        return new Member(name, incarnation, identity, Optional.of(address), url, version);
    }

    /** The same node, with its pages. */
    public Member withUrl(URI publicUrl) {
        return new Member(name, incarnation, identity, transport, Optional.of(publicUrl), version);
    }
}
