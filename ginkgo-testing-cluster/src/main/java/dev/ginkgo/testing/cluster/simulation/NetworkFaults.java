package dev.ginkgo.testing.cluster;

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
final class Links {
    /** What the way between any two takes when nothing is wrong. */
    static final Duration LATENCY = Duration.ofMillis(1);

    private final List<String> voters;

    // guarded by this
    private final Set<Lane> cut = new HashSet<>();
    private final Map<String, Duration> delays = new HashMap<>();
    private final Set<String> dead = new HashSet<>();
    private final Set<String> frozen = new HashSet<>();

    /**
     * All of them up.
     *
     * @param voters of whom a majority is needed; with none the store is reached by all
     */
    Links(List<String> voters) {
        this.voters = List.copyOf(voters);
    }

    /** Whether something that is on this lane now gets along. */
    synchronized boolean isOpen(Lane lane) {
        if (!lane.ofTheStore()) {
            return !cut.contains(lane) && !dead.contains(lane.from()) && !dead.contains(lane.to());
        }
        String node = lane.to().equals(Lane.STORE) ? lane.from() : lane.to();
        long reached = voters.stream()
                .filter(voter -> !dead.contains(voter) && !frozen.contains(voter))
                .filter(voter -> voter.equals(node)
                        || (!cut.contains(new Lane(node, voter)) && !cut.contains(new Lane(voter, node))))
                .count();
        return !dead.contains(node) && (voters.isEmpty() || reached > voters.size() / 2);
    }

    synchronized Duration latency(Lane lane) {
        return LATENCY.plus(delay(lane.from())).plus(delay(lane.to()));
    }

    private Duration delay(String node) {
        return delays.getOrDefault(node, Duration.ZERO);
    }

    /** All that the node sends and gets takes so much longer. */
    synchronized void delay(String node, Duration by) {
        delays.put(node, by);
    }

    synchronized void cut(Lane lane) {
        cut.add(lane);
    }

    /** No lane is cut, and none is slow. */
    synchronized void heal() {
        cut.clear();
        delays.clear();
    }

    synchronized void dead(String node, boolean isDead) {
        set(dead, node, isDead);
    }

    synchronized void frozen(String node, boolean isFrozen) {
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
