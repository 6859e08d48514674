package dev.ginkgo.mesh.membership;

import dev.ginkgo.config.Address;
import java.time.Duration;
import java.util.Collection;
import java.util.function.Supplier;
import org.jgroups.util.SocketFactory;

/**
 * Configuration of the protocol stack.
 *
 * @param bind where this node listens
 * @param failureTimeout after which a node that sends nothing is suspected
 * @param sockets creates the socket factory of a session
 * @param discovered the addresses of other nodes that were found by multicast; empty without it
 */
public record StackConfig(
        Address bind,
        Duration failureTimeout,
        Supplier<SocketFactory> sockets,
        Supplier<Collection<Address>> discovered) {}
