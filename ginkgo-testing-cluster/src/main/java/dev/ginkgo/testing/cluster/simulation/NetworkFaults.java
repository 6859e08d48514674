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
    private final Set<String> dead = new HashSet<>();
    private final Set<String> frozen = new HashSet<>();

    /**
     * All of them up.
     *
     * @param voters of whom a majority is needed; with none the store is reached by all
     */
    NetworkFaults(List<String> voters) {
        this.voters = List.copyOf(voters);
    }

    /** Whether something that is on this lane now gets along. */
    synchronized boolean isOpen(Route lane) {
        if (!lane.ofTheStore()) {
            return !cut.contains(lane) && !dead.contains(lane.from()) && !dead.contains(lane.to());
        }
        String node = lane.to().equals(Route.STORE) ? lane.from() : lane.to();
        long reached = voters.stream()
                .filter(voter -> !dead.contains(voter) && !frozen.contains(voter))
                .filter(voter -> voter.equals(node)
                        || (!cut.contains(new Route(node, voter)) && !cut.contains(new Route(voter, node))))
                .count();
        return !dead.contains(node) && (voters.isEmpty() || reached > voters.size() / 2);
    }

    synchronized Duration latency(Route lane) {
        return LATENCY.plus(delay(lane.from())).plus(delay(lane.to()));
    }

    private Duration delay(String node) {
        return delays.getOrDefault(node, Duration.ZERO);
    }

    /** All that the node sends and gets takes so much longer. */
    public synchronized void delay(String node, Duration by) {
        delays.put(node, by);
    }

    public synchronized void cut(Route lane) {
        cut.add(lane);
    }

    /** No lane is cut, and none is slow. */
    public synchronized void heal() {
        cut.clear();
        delays.clear();
    }

    public synchronized void dead(String node, boolean isDead) {
        set(dead, node, isDead);
    }

    public synchronized void frozen(String node, boolean isFrozen) {
        set(frozen, node, isFrozen);
    }

    private static void set(Set<String> names, String name, boolean in) {
        if (in) {
            names.add(name);
        } else {
            names.remove(name);
        }
    }
}
