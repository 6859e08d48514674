package dev.ginkgo.cluster.security;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.config.Secret;
import java.util.Optional;

/**
 * Credentials shared by the nodes of a cluster. One secret authenticates membership, election and replication traffic.
 *
 * @param keys the keys derived from the shared secret; empty if there is no secret
 * @param insecure whether other machines may connect without a secret because the network is protected otherwise
 */
public record ClusterCredentials(Optional<KeyDerivation> keys, boolean insecure) {

    public ClusterCredentials {
        requireNonNull(keys, "keys is null");
    }

    /** Returns credentials without a secret that do not admit other machines. */
    public static ClusterCredentials none() {
        return new ClusterCredentials(Optional.empty(), false);
    }

    /**
     * Returns the credentials for the value of {@code cluster.secret}, which may be empty. Does not derive a key yet.
     */
    public static ClusterCredentials of(Secret secret, boolean insecure) {
        return new ClusterCredentials(
                secret.isEmpty() ? Optional.empty() : Optional.of(KeyDerivation.of(secret, "cluster.secret")),
                insecure);
    }
}
