package dev.ginkgo.cluster;

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
public record Trust(Optional<Keys> keys, boolean insecure) {

    public Trust {
        requireNonNull(keys, "keys is null");
    }

    /** Nothing is known, and nobody beyond this machine may come. */
    public static Trust none() {
        return new Trust(Optional.empty(), false);
    }

    /** By {@code cluster.secret}, which may be empty. */
    static Trust of(Secret secret, boolean insecure) {
        return new Trust(
                secret.isEmpty() ? Optional.empty() : Optional.of(Keys.of(secret, "cluster.secret")), insecure);
    }
}
