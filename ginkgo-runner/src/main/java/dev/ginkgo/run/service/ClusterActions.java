package dev.ginkgo.run.service;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.ObserverRegistration;
import dev.ginkgo.cluster.model.Leader;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Changes of the cluster of a tree, for the control socket. Each is logged. Loaded only if one is requested. */
final class ClusterActions {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");

    private ClusterActions() {}

    /**
     * Makes this node give up the leadership, and waits for the next leader.
     *
     * @return the next leader, which may be this node again, and its epoch; both null if there is none within the time
     * @throws IllegalStateException if this node does not lead, or no other node could
     */
    static Map<String, @Nullable Object> stepDown(Service root, Duration atMost) throws InterruptedException {
        Cluster cluster = only(root);
        long epoch = cluster.leader().map(leader -> leader.epoch().number()).orElse(-1L);
        CompletableFuture<Leader> next = new CompletableFuture<>();
        try (ObserverRegistration _ = cluster.onLeader(
                leader -> leader.filter(known -> known.epoch().number() > epoch).ifPresent(next::complete))) {
            LOG.info(
                    "control socket: {} is asked to step down", cluster.status().path());
            cluster.stepDown();
            Optional<Leader> successor = await(next, atMost);
            Map<String, @Nullable Object> response = new LinkedHashMap<>();
            response.put("path", cluster.status().path());
            response.put("from", cluster.identity().toString());
            response.put("leader", successor.map(Leader::name).orElse(null));
            response.put(
                    "epoch", successor.map(leader -> leader.epoch().number()).orElse(null));
            return response;
        }
    }

    private static Optional<Leader> await(CompletableFuture<Leader> next, Duration atMost) throws InterruptedException {
        try {
            return Optional.of(next.get(atMost.toNanos(), TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (ExecutionException e) {
            throw new AssertionError(e); // it is never completed exceptionally
        }
    }

    /**
     * Removes a voter that is permanently gone.
     *
     * @return the voter, and those that remain
     * @throws IllegalStateException if it must not be removed
     */
    static Map<String, @Nullable Object> removeVoter(Service root, String name) throws InterruptedException {
        Cluster cluster = only(root);
        LOG.info(
                "control socket: {} is asked to remove the voter {}",
                cluster.status().path(),
                name);
        cluster.removeVoter(name);
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put("path", cluster.status().path());
        response.put("removed", name);
        response.put("voters", cluster.voters());
        return response;
    }

    private static Cluster only(Service root) {
        List<Cluster> clusters = Ginkgo.findAll(root, Cluster.class);
        if (clusters.size() != 1) {
            throw new IllegalStateException("the program has " + clusters.size()
                    + " services of the class Cluster; this command is for programs with one");
        }
        Cluster cluster = clusters.getFirst();
        if (!cluster.status().state().isRunning()) {
            throw new IllegalStateException(
                    cluster.status().path() + " is " + cluster.status().state() + ", not running");
        }
        return cluster;
    }
}
