/**
 * TLS between nodes that share a secret: a key pair and self-signed certificate derived from it. Depends on the key
 * derivation of the cluster module.
 */
@NullMarked
package dev.ginkgo.mesh.tls;

import org.jspecify.annotations.NullMarked;
