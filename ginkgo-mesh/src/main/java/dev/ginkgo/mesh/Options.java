package dev.ginkgo.mesh;

import dev.ginkgo.config.Address;
import java.time.Duration;

/**
 * What the engine's own table says.
 *
 * @param bind where this node listens
 * @param silence after which a node that says nothing is suspected
 * @param voters how many nodes elect the leader; the others learn
 * @param replaceAfter after which a voter that is not there is replaced by a node that is
 */
record Options(Address bind, Duration silence, int voters, Duration replaceAfter) {}
