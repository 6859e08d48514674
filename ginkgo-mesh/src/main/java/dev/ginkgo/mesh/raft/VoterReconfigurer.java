package dev.ginkgo.mesh.raft;

import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.node.NodeAddress;
import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.mesh.raft.storage.RaftCommand;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jgroups.View;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes of the voters, made by the leader, one committed change at a time:
 *
 * <ul>
 *   <li>Up to three nodes (a setting) are voters, all others are learners.
 *   <li>A voter that is absent for a minute (a setting) is replaced: another node is added, then the absent one is
 *       removed. If no other node is available, it stays a voter; so a cluster does not shrink because nodes fail.
 *   <li>A voter that leaves gracefully stays a voter if the remaining voters are a majority: it is expected to return.
 *       If they are not, it is removed, so that the remaining nodes can continue. The last voter is never removed.
 *   <li>A voter that is absent is removed on {@linkplain #remove request}.
 * </ul>
 *
 * <p>Used by one task, except that {@code pendingChange} completes on a JGroups thread, and that any thread may request a
 * removal.
 */
public final class VoterReconfigurer {
    private static final Logger LOG = LoggerFactory.getLogger(VoterReconfigurer.class);

    /** Request to remove a voter that is permanently gone. */
    private record Removal(String name, CompletableFuture<Void> done) {}

    /** Addition or removal of one voter. */
    record Change(boolean add, String name, String reason) {}

    private final MeshContext context;
    private final int targetCount;
    private final Duration replaceAfter;
    private final Map<String, Long> absentSince = new HashMap<>();
    private CompletableFuture<?> pendingChange = CompletableFuture.completedFuture(null);
    private @Nullable RaftSession changeSession;
    private final AtomicReference<@Nullable Removal> requested = new AtomicReference<>();

    /**
     * @param targetCount number of voters; further nodes are learners
     * @param replaceAfter how long a voter may be absent before it is replaced
     */
    public VoterReconfigurer(MeshContext meshContext, int targetCount, Duration replaceAfter) {
        this.context = meshContext;
        this.targetCount = targetCount;
        this.replaceAfter = replaceAfter;
    }

    /**
     * Requests the removal of a voter that is permanently gone. Any thread.
     *
     * @return completes when the change is committed; the caller may cancel it while it has not been started. Completes with an
     *     IllegalStateException if this node does not lead, if the node is not a voter or is present, or if too few of the
     *     other voters are present
     */
    public CompletableFuture<Void> remove(String name) {
        Removal removal = new Removal(name, new CompletableFuture<>());
        Removal replaced = requested.getAndSet(removal);
        if (replaced != null) {
            replaced.done.completeExceptionally(
                    new IllegalStateException("the removal of " + name + " was requested at the same time; try again"));
        }
        context.membershipTimer().wake();
        return removal.done;
    }

    /** Starts the next change, if one is needed and the previous one is complete. Called periodically, by one task. */
    public void reconfigure(RaftSession session, MeshRaft raft, View view, List<NodeAnnouncement> announcements) {
        long term = raft.currentTerm(); // before the voters are read: a change is decided for this term only
        updateAbsences(raft.members(), announcements);
        if (!session.equals(changeSession)) { // a change requested in the previous session may never complete
            changeSession = session;
            pendingChange = CompletableFuture.completedFuture(null);
        }
        if (!raft.isLeader() || session.cluster().isEmpty()) {
            rejectRemoval(context.name() + " is no longer the leader; repeat the command at the leader");
            return;
        }
        if (!pendingChange.isDone()) {
            return;
        }
        if (!raft.hasCommittedInTerm()) {
            commitInTerm(raft, term);
        } else if (raft.mayChangeVoters() && raft.isKnownByAllVoters(view, raft.commitIndex())) {
            Removal removal = requested.getAndSet(null);
            if (removal != null) {
                startRemoval(raft, view, removal, term);
            } else {
                nextChange(raft, view, announcements, session.cluster()).ifPresent(change -> apply(raft, change, term));
            }
        }
    }

    private void rejectRemoval(String problem) {
        Removal removal = requested.getAndSet(null);
        if (removal != null) {
            removal.done.completeExceptionally(new IllegalStateException(problem));
        }
    }

    private void startRemoval(MeshRaft raft, View view, Removal removal, long term) {
        Optional<String> problem = removalProblem(raft.members(), view, removal.name);
        if (removal.done.isDone()) {
            return; // the caller has given up
        }
        if (problem.isPresent()) {
            removal.done.completeExceptionally(new IllegalStateException(problem.get()));
            return;
        }
        apply(raft, new Change(false, removal.name, "it was removed on request"), term);
        pendingChange = pendingChange.whenComplete((_, failed) -> {
            if (failed == null) {
                removal.done.complete(null);
            } else {
                removal.done.completeExceptionally(new IllegalStateException(
                        "the removal of " + removal.name + " was not committed: " + failed.getMessage(), failed));
            }
        });
    }

    /** Returns why a voter must not be removed on request; empty if it may be. */
    private Optional<String> removalProblem(List<String> voters, View view, String name) {
        if (!voters.contains(name)) {
            return Optional.of(name + " is not a voter; the voters are " + String.join(", ", voters));
        }
        boolean inView = view.getMembers().stream().anyMatch(each -> name.equals(NodeAddress.name(each)));
        if (inView || !absentSince.containsKey(name)) {
            return Optional.of(name + " is present; stop it, and remove it only if it does not come back");
        }
        int remaining = voters.size() - 1;
        int present = voters.size() - absentSince.size();
        return 2 * present > remaining
                ? Optional.empty()
                : Optional.of("without " + name + ", " + present + " of " + remaining
                        + " voters would be present, which is no majority; start the others first");
    }

    /**
     * Commits an entry of the leader's own term, before which the voters must not change, if this node is leaving: its
     * lease task, which commits one at the beginning of each leadership, has ended. A node that is elected while it
     * leaves could otherwise not be removed from the voters.
     */
    private void commitInTerm(MeshRaft raft, long term) {
        if (context.hasResigned()) {
            pendingChange = raft.commit(new RaftCommand(Kind.NO_OP, term, context.name(), context.incarnation()))
                    .whenComplete((_, _) -> context.membershipTimer().wake());
        }
    }

    private void apply(MeshRaft raft, Change change, long term) {
        pendingChange = raft.changeVoter(change.add, change.name, term).whenComplete((_, failed) -> {
            if (failed == null) {
                LOG.info(
                        "{} {} ({})",
                        change.name,
                        change.add ? "becomes a voter" : "is no longer a voter",
                        change.reason);
            }
            context.membershipTimer().wake();
        });
    }

    private void updateAbsences(List<String> voters, List<NodeAnnouncement> announcements) {
        TimeSource timeSource = context.time();
        List<String> present = announcements.stream()
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .toList();
        absentSince.keySet().retainAll(voters);
        absentSince.keySet().removeAll(present);
        voters.stream()
                .filter(each -> !present.contains(each))
                .forEach(each -> absentSince.putIfAbsent(each, timeSource.nanos()));
    }

    /**
     * Returns the next change. A learner is added only when it has caught up: before that, a majority could depend on a
     * node that cannot acknowledge new entries.
     */
    private Optional<Change> nextChange(
            MeshRaft raft, View view, List<NodeAnnouncement> announcements, String cluster) {
        List<String> voters = raft.members();
        List<String> staying = announcements.stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.leaving())
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .toList();
        Optional<String> learner = announcements.stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.leaving()
                        && nodeAnnouncement.cluster().equals(cluster))
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .filter(name -> !voters.contains(name) && raft.hasCaughtUp(view, name))
                .min(String::compareTo);
        List<String> leaving = new ArrayList<>(voters);
        leaving.removeIf(each -> staying.contains(each) || absentSince.containsKey(each));
        return leaving.isEmpty() ? replaceAbsent(voters, learner) : removeLeaving(voters, staying, leaving, learner);
    }

    private Optional<Change> removeLeaving(
            List<String> voters, List<String> staying, List<String> leaving, Optional<String> learner) {
        long stayingVoters = voters.stream().filter(staying::contains).count();
        if (2 * stayingVoters > voters.size()) {
            return Optional.empty();
        }
        if (stayingVoters == 0) {
            return learner.map(name -> new Change(true, name, "all voters are leaving"));
        }
        String absent = absentSince.keySet().stream().findFirst().orElse(null);
        return Optional.of(
                absent == null
                        ? new Change(false, leaving.getFirst(), "it is leaving")
                        : new Change(false, absent, "it is absent, and other voters are leaving"));
    }

    private Optional<Change> replaceAbsent(List<String> voters, Optional<String> learner) {
        Optional<String> overdue = absentSince.entrySet().stream()
                .filter(each -> context.time().nanos() - each.getValue() >= replaceAfter.toNanos())
                .map(Map.Entry::getKey)
                .findFirst();
        if (voters.size() > targetCount) {
            return overdue.map(name -> new Change(false, name, "it is absent and was replaced"));
        }
        return learner.filter(_ -> voters.size() < targetCount || overdue.isPresent())
                .map(name -> new Change(
                        true,
                        name,
                        overdue.map(absent -> "replaces " + absent).orElse("target: " + targetCount + " voters")));
    }
}
