package dev.ginkgo.mesh.raft;

import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jgroups.View;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which nodes vote. The leader looks after it, one committed change after another:
 *
 * <ul>
 *   <li>Up to three nodes (a setting) vote, all others learn.
 *   <li>A voter that is not there for a minute is replaced: another node is added, then it is removed. If there is no
 *       other, it stays; so a cluster never shrinks because nodes died.
 *   <li>A voter that leaves in order stays one if those that remain are a majority: it will be back. If they are not,
 *       it is removed, so that the rest can go on; the last one keeps its vote.
 * </ul>
 */
public final class VoterReconfigurer {
    private static final Logger LOG = LoggerFactory.getLogger(VoterReconfigurer.class);

    /** One step: a node that becomes a voter, or is one no longer. */
    record Step(boolean add, String name, String reason) {}

    private final MeshContext context;
    private final int targetCount;
    private final Duration replaceAfter;
    private final Map<String, Long> absentSince = new HashMap<>();
    private CompletableFuture<?> pendingChange = CompletableFuture.completedFuture(null);
    private @Nullable RaftSession changeSession;

    /**
     * @param wanted how many nodes vote; the others learn
     * @param replaceAfter how long a voter may be absent before it is replaced
     */
    public VoterReconfigurer(MeshContext meshContext, int wanted, Duration replaceAfter) {
        this.context = meshContext;
        this.targetCount = wanted;
        this.replaceAfter = replaceAfter;
    }

    /** Takes the next step, if there is one and the one before is done. Called again and again, by one task. */
    public void reconfigure(RaftSession stay, MeshRaft raft, View view, List<NodeAnnouncement> rows) {
        updateAbsences(raft.members(), rows);
        if (!stay.equals(changeSession)) { // what was asked of the stay before may never be answered
            changeSession = stay;
            pendingChange = CompletableFuture.completedFuture(null);
        }
        if (!raft.isLeader()
                || stay.cluster().isEmpty()
                || !pendingChange.isDone()
                || !raft.isKnownByAllVoters(view, raft.commitIndex())) {
            return;
        }
        nextStep(raft, view, rows, stay.cluster())
                .ifPresent(step ->
                        pendingChange = raft.changeVoter(step.add, step.name).whenComplete((_, failed) -> {
                            if (failed == null) {
                                LOG.info(
                                        "{} {} ({})",
                                        step.name,
                                        step.add ? "becomes a voter" : "votes no longer",
                                        step.reason);
                            }
                            context.membershipTimer().wake();
                        }));
    }

    private void updateAbsences(List<String> voters, List<NodeAnnouncement> rows) {
        TimeSource timeSource = context.time();
        List<String> present = rows.stream()
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .toList();
        absentSince.keySet().retainAll(voters);
        absentSince.keySet().removeAll(present);
        voters.stream()
                .filter(each -> !present.contains(each))
                .forEach(each -> absentSince.putIfAbsent(each, timeSource.nanos()));
    }

    /** A node votes only when it has caught up: before, its vote would be needed and could not be had. */
    private Optional<Step> nextStep(MeshRaft raft, View view, List<NodeAnnouncement> rows, String cluster) {
        List<String> voters = raft.members();
        List<String> staying = rows.stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.leaving())
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .toList();
        Optional<String> learner = rows.stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.leaving()
                        && nodeAnnouncement.cluster().equals(cluster))
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .filter(name -> !voters.contains(name) && raft.hasCaughtUp(view, name))
                .min(String::compareTo);
        List<String> going = new ArrayList<>(voters);
        going.removeIf(each -> staying.contains(each) || absentSince.containsKey(each));
        return going.isEmpty() ? replaceAbsent(voters, learner) : removeLeaving(voters, staying, going, learner);
    }

    private Optional<Step> removeLeaving(
            List<String> voters, List<String> staying, List<String> going, Optional<String> learner) {
        long rest = voters.stream().filter(staying::contains).count();
        if (2 * rest > voters.size()) {
            return Optional.empty();
        }
        if (rest == 0) {
            return learner.map(name -> new Step(true, name, "all the voters leave"));
        }
        String absent = absentSince.keySet().stream().findFirst().orElse(null);
        return Optional.of(
                absent == null
                        ? new Step(false, going.getFirst(), "it leaves")
                        : new Step(false, absent, "it is not there, and others leave"));
    }

    private Optional<Step> replaceAbsent(List<String> voters, Optional<String> learner) {
        Optional<String> dead = absentSince.entrySet().stream()
                .filter(each -> context.time().nanos() - each.getValue() >= replaceAfter.toNanos())
                .map(Map.Entry::getKey)
                .findFirst();
        if (voters.size() > targetCount) {
            return dead.map(name -> new Step(false, name, "it is not there, and has been replaced"));
        }
        return learner.filter(_ -> voters.size() < targetCount || dead.isPresent())
                .map(name -> new Step(
                        true, name, dead.map(gone -> "instead of " + gone).orElse("one of " + targetCount)));
    }
}
