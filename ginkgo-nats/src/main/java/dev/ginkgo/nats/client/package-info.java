/** Connections to NATS servers: settings, credentials, TLS, and names. Depends on no other package of the module. */
@NullMarked
package dev.ginkgo.nats.client;

import org.jspecify.annotations.NullMarked;
