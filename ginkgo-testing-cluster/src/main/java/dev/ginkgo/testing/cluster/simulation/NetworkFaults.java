package dev.ginkgo.testing.cluster.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which nodes can reach each other, and with what latency. The store is on the side of the majority: a node reaches the
 * store if it can exchange messages, in both directions, with a majority of the voters, including itself, that are
 * neither dead nor frozen. So a minority reaches nothing, as with any engine that needs a quorum. Thread-safe.
 */
public final class NetworkFaults {
    /** The latency between any two nodes without a fault. */
    static final Duration LATENCY = Duration.ofMillis(1);

    private final List<String> voters;

    // guarded by this
    private final Set<Route> cut = new HashSet<>();
    private final Map<String, Duration> delays = new HashMap<>();
    private final Set<String> setDead = new HashSet<>();
    private final Set<String> setFrozen = new HashSet<>();

    /**
     * Creates a network without faults.
     *
     * @param voters the nodes of which a majority is needed; if empty, every node reaches the store
     */
    NetworkFaults(List<String> voters) {
        this.voters = List.copyOf(voters);
    }

    /** Returns whether a message on this route is delivered now. */
    synchronized boolean isOpen(Route route) {
        if (!route.involvesStore()) {
            return !cut.contains(route) && !setDead.contains(route.from()) && !setDead.contains(route.to());
        }
        String node = route.to().equals(Route.STORE) ? route.from() : route.to();
        long reached = voters.stream()
                .filter(voter -> !setDead.contains(voter) && !setFrozen.contains(voter))
                .filter(voter -> voter.equals(node)
                        || (!cut.contains(new Route(node, voter)) && !cut.contains(new Route(voter, node))))
                .count();
        return !setDead.contains(node) && (voters.isEmpty() || reached > voters.size() / 2);
    }

    synchronized Duration latency(Route route) {
        return LATENCY.plus(delay(route.from())).plus(delay(route.to()));
    }

    private Duration delay(String node) {
        return delays.getOrDefault(node, Duration.ZERO);
    }

    /** Delays everything that the node sends and receives by this time in addition to {@link #LATENCY}. */
    public synchronized void delay(String node, Duration by) {
        delays.put(node, by);
    }

    public synchronized void cut(Route route) {
        cut.add(route);
    }

    /** Restores all routes: none is cut or delayed. */
    public synchronized void heal() {
        cut.clear();
        delays.clear();
    }

    public synchronized void setDead(String node, boolean isDead) {
        setMembership(setDead, node, isDead);
    }

    public synchronized void setFrozen(String node, boolean isFrozen) {
        setMembership(setFrozen, node, isFrozen);
    }

    private static void setMembership(Set<String> names, String name, boolean contained) {
        if (contained) {
            names.add(name);
        } else {
            names.remove(name);
        }
    }
}
