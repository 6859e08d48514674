package dev.ginkgo.testing.cluster.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which nodes reach each other, and how long that takes. The store is where the majority of the nodes is: a node reaches
 * it if that many, itself counted, hear it and are heard by it, and are neither dead nor frozen: who is not heard has no
 * say. So a minority reaches nothing, as with
 * any engine that needs a quorum. May be used from any thread.
 */
public final class NetworkFaults {
    /** What the way between any two takes when nothing is wrong. */
    static final Duration LATENCY = Duration.ofMillis(1);

    private final List<String> voters;

    // guarded by this
    private final Set<Route> cut = new HashSet<>();
    private final Map<String, Duration> delays = new HashMap<>();
    private final Set<String> setDead = new HashSet<>();
    private final Set<String> setFrozen = new HashSet<>();

    /**
     * All of them up.
     *
     * @param voters of whom a majority is needed; with none the store is reached by all
     */
    NetworkFaults(List<String> voters) {
        this.voters = List.copyOf(voters);
    }

    /** Whether something that is on this lane now gets along. */
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

    /** All that the node sends and gets takes so much longer. */
    public synchronized void delay(String node, Duration by) {
        delays.put(node, by);
    }

    public synchronized void cut(Route route) {
        cut.add(route);
    }

    /** No lane is cut, and none is slow. */
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

    private static void setMembership(Set<String> names, String name, boolean in) {
        if (in) {
            names.add(name);
        } else {
            names.remove(name);
        }
    }
}
