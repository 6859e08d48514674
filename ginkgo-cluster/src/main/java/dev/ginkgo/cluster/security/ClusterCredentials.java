package dev.ginkgo.cluster.security;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Secret;
import java.util.Optional;

/**
 * By what the nodes of a cluster know each other, for all that they say: one secret is enough for roster, election and
 * messages.
 *
 * @param keys what follows from the secret that every node knows, and nobody else; empty if there is none
 * @param insecure whether this node may be reached from other machines without a secret, because the network is guarded
 *     otherwise
 */
public record ClusterCredentials(Optional<KeyDerivation> keys, boolean insecure) {

    public ClusterCredentials {
        requireNonNull(keys, "keys is null");
    }

    /** Nothing is known, and nobody beyond this machine may come. */
    public static ClusterCredentials none() {
        return new ClusterCredentials(Optional.empty(), false);
    }

    /** By {@code cluster.secret}, which may be empty. */
    public static ClusterCredentials of(Secret secret, boolean insecure) {
        return new ClusterCredentials(
                secret.isEmpty() ? Optional.empty() : Optional.of(KeyDerivation.of(secret, "cluster.secret")),
                insecure);
    }
}
