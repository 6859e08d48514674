/**
 * Connections of ZeroMQ's wire protocol, ZMTP 3.0 (RFC 23), unencrypted or encrypted by CURVE (RFC 25 and 26). Depends on
 * the JDK and jnacl.
 */
@NullMarked
package dev.ginkgo.zeromq.zmtp;

import org.jspecify.annotations.NullMarked;
