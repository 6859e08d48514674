package dev.ginkgo.cluster;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Secret;

/**
 * By what the nodes of a cluster know each other, for all that they say: one secret is enough for roster, election and
 * messages.
 *
 * @param secret what every node knows, and nobody else; empty if there is none
 * @param insecure whether this node may be reached from other machines without a secret, because the network is guarded
 *     otherwise
 */
public record Trust(Secret secret, boolean insecure) {

    public Trust {
        requireNonNull(secret, "secret is null");
    }

    /** Nothing is known, and nobody beyond this machine may come. */
    public static Trust none() {
        return new Trust(Secret.of(""), false);
    }
}
