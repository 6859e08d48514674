package dev.ginkgo.mesh.membership;

import dev.ginkgo.config.Address;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;
import org.jgroups.util.SocketFactory;

/**
 * Configuration of the protocol stack.
 *
 * @param bind listen address of this node
 * @param failureTimeout time without messages after which a node is suspected
 * @param sockets creates the socket factory of a session
 * @param discovered returns the addresses of other nodes discovered by multicast; empty if multicast is not configured
 */
public record StackConfig(
        Address bind,
        Duration failureTimeout,
        Supplier<SocketFactory> sockets,
        Supplier<Collection<Address>> discovered) {}
