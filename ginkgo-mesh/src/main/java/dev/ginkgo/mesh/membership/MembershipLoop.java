package dev.ginkgo.mesh.membership;

import dev.ginkgo.internal.concurrent.BackoffSequence;
import dev.ginkgo.internal.concurrent.LogRateLimiter;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.node.NodeAnnouncement;
import dev.ginkgo.mesh.raft.MeshElection;
import dev.ginkgo.mesh.raft.MeshRaft;
import dev.ginkgo.mesh.raft.VoterReconfigurer;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jgroups.View;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Task that keeps this node in the membership: joins the view, announces the node, reports the roster, forms the
 * cluster if this node is the one to do so, and joins again whenever a session ends.
 */
public final class MembershipLoop {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipLoop.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
    private static final Duration LEAVING_POLL_INTERVAL = Duration.ofMillis(20);
    private static final Duration ANNOUNCE_INTERVAL = Duration.ofSeconds(5);

    /**
     * After which time the first announcement of something new is repeated. A node may have lost it, for example if it was not in
     * the view yet, and a hub that starts waits until its peers have its address.
     */
    private static final Duration REPEAT_INTERVAL = Duration.ofSeconds(1);

    private static final Duration FORMATION_DELAY = Duration.ofMillis(500);
    private static final Duration MIN_PAUSE = Duration.ofMillis(200);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

    private final MeshContext context;
    private final Callable<MeshSession> sessions;
    private final VoterReconfigurer voterReconfigurer;
    private final Consumer<Optional<String>> health;
    private final CountDownLatch left = new CountDownLatch(1);
    private final BackoffSequence backoff = BackoffSequence.withoutJitter();
    private @Nullable View announcedIn;
    private @Nullable NodeAnnouncement lastAnnouncement;
    private long announcedAt;
    private Duration nextAnnouncement = ANNOUNCE_INTERVAL;
    private @Nullable View stableView;
    private long stableSince;
    private boolean healthy;
    private @Nullable String joinFailure; // the reason that was logged; null since the last successful join
    private final LogRateLimiter rejectedLog;
    private volatile @Nullable MeshSession currentSession;

    /**
     * @param sessions creates a session, which has not entered the view yet
     * @param health receives the reason why this node is degraded; empty if it is not
     */
    public MembershipLoop(
            MeshContext meshContext,
            Callable<MeshSession> sessions,
            VoterReconfigurer voterReconfigurer,
            Consumer<Optional<String>> health) {
        this.context = meshContext;
        this.sessions = sessions;
        this.voterReconfigurer = voterReconfigurer;
        this.health = health;
        rejectedLog = new LogRateLimiter(meshContext.time());
    }

    /** Returns the current session; null while this node is not in the view. Any thread. */
    public @Nullable MeshSession currentSession() {
        return currentSession;
    }

    /** Runs until the node has left, or a newer incarnation has replaced it. The body of a task. */
    public void run() throws InterruptedException {
        boolean joinAgain = true;
        while (joinAgain) {
            joinAgain = runSession();
            if (joinAgain) {
                pause();
                joinAgain = !context.isLeaving();
            }
        }
        left.countDown();
    }

    /**
     * Pauses before the next session. A wake-up does not shorten the pause: otherwise two clusters that discover each
     * other would join and leave in a tight loop.
     */
    private void pause() throws InterruptedException {
        long startedAt = context.time().nanos();
        Duration pause = backoff.next(MIN_PAUSE, MAX_PAUSE);
        Duration remaining = pause;
        while (remaining.isPositive() && !context.isLeaving()) {
            context.membershipTimer().await(remaining);
            remaining = pause.minusNanos(context.time().nanos() - startedAt);
        }
    }

    /** Waits until the node has left, at most for the given time; returns whether it has. */
    public boolean awaitLeft(Duration atMost) throws InterruptedException {
        return left.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /**
     * Waits until the node has left; returns whether it has.
     *
     * @param atMost limit if no majority of the voters is in the view
     * @param withMajority limit while there is one: it can still commit the changes of the voters without which the
     *     remaining nodes would have no majority
     */
    public boolean awaitLeft(Duration atMost, Duration withMajority) throws InterruptedException {
        boolean hasLeft = awaitLeft(atMost);
        for (Duration waited = atMost;
                !hasLeft && waited.compareTo(withMajority) < 0 && hasMajority();
                waited = waited.plus(POLL_INTERVAL)) {
            hasLeft = awaitLeft(POLL_INTERVAL);
        }
        return hasLeft;
    }

    private boolean hasMajority() {
        MeshSession session = currentSession;
        View view = session == null ? null : session.view();
        MeshRaft raft = session == null ? null : session.raft();
        return view != null && raft != null && raft.hasMajority(view);
    }

    /** Runs one session; returns whether another one may follow. */
    private boolean runSession() throws InterruptedException {
        healthy = false;
        try (MeshSession meshSession = sessions.call()) {
            meshSession.join();
            if (joinFailure != null) {
                LOG.info("{} takes part in the cluster again", context.name());
                joinFailure = null;
            }
            currentSession = meshSession;
            String reason = observe(meshSession);
            LOG.info("{} leaves the view: {}", context.name(), reason);
            health.accept(Optional.of(reason));
            return !context.isLeaving() && !meshSession.isReplaced();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            logJoinFailure(e);
            health.accept(Optional.of(String.valueOf(e.getMessage())));
            return !context.isLeaving();
        } finally {
            currentSession = null;
            context.listener().rosterChanged(List.of(context.self()));
        }
    }

    /**
     * Logs why a session could not be started: once for each reason, because an attempt follows every few seconds. An
     * IOException of this engine says what to do; its stack trace, which says nothing more, is logged at debug level.
     */
    private void logJoinFailure(Exception failure) {
        String reason = String.valueOf(failure.getMessage());
        if (reason.equals(joinFailure)) {
            LOG.debug("{} still cannot join the cluster", context.name(), failure);
        } else if (failure instanceof IOException) {
            LOG.warn("{} cannot join the cluster, and tries again: {}", context.name(), reason);
            LOG.debug("{} cannot join the cluster", context.name(), failure);
        } else {
            LOG.warn("{} cannot join the cluster, and tries again", context.name(), failure);
        }
        joinFailure = reason;
    }

    private String observe(MeshSession meshSession) throws InterruptedException, IOException {
        while (true) {
            Optional<String> endReason = meshSession.endReason();
            if (endReason.isPresent()) {
                return endReason.get();
            }
            View view = meshSession.view();
            if (view != null) {
                update(meshSession, view);
                if (context.isLeaving() && context.hasResigned() && mayLeave(meshSession, view)) {
                    return "the node is stopping";
                }
            }
            context.membershipTimer().await(context.isLeaving() ? LEAVING_POLL_INTERVAL : POLL_INTERVAL);
        }
    }

    private void update(MeshSession meshSession, View view) throws IOException {
        NodeAnnouncement nodeAnnouncement = context.announcement(meshSession.cluster());
        long now = context.time().nanos();
        boolean changed = !view.equals(announcedIn) || !nodeAnnouncement.equals(lastAnnouncement);
        if (changed || now - announcedAt >= nextAnnouncement.toNanos()) {
            nextAnnouncement = changed ? REPEAT_INTERVAL : ANNOUNCE_INTERVAL;
            announcedIn = view;
            lastAnnouncement = nodeAnnouncement;
            announcedAt = now;
            meshSession.announce();
        }
        meshSession.answerAnnouncements();
        List<NodeAnnouncement> announcements = meshSession.announcements(view);
        Optional<PeerCompatibility> compatibility = meshSession.compatibility(view);
        boolean complete = compatibility.isPresent();
        if (compatibility.isPresent() && isRejected(meshSession, view, compatibility.get())) {
            return;
        }
        context.listener()
                .rosterChanged(
                        announcements.stream().map(NodeAnnouncement::member).toList());
        MeshRaft raft = meshSession.raft();
        MeshElection election = meshSession.election();
        if (raft != null && election != null) {
            if (complete) {
                leaveOtherCluster(meshSession, announcements);
            }
            if (complete && shouldFormCluster(raft, view, announcements)) {
                raft.members(List.of(context.name()));
            }
            election.startIfNeeded();
            voterReconfigurer.reconfigure(meshSession, raft, view, announcements);
        }
        if (context.mustNotLead()) { // the reason reported when it stepped down still applies
            return;
        }
        Optional<String> problem = MembershipHealth.problem(context.config(), meshSession, view, announcements);
        if (problem.isEmpty()) {
            backoff.reset();
        }
        // Not ready before the roster is complete: a ready node must not appear to be alone.
        if (problem.isEmpty() && !healthy && !complete) {
            problem = Optional.of("joining the other nodes");
        }
        healthy = problem.isEmpty();
        if (!context.isLeaving()) {
            health.accept(problem);
        }
    }

    /**
     * Ends the session if the other nodes in the view reject this one because its settings differ; logs nodes that this
     * one rejects. Both sides log an error, because the wrong file may be on either.
     */
    private boolean isRejected(MeshSession meshSession, View view, PeerCompatibility compatibility) {
        Optional<String> rejection = compatibility.rejection();
        if (rejection.isPresent()) {
            context.recordRejection();
            meshSession.end(rejection.get());
            logError(context.name() + " is " + rejection.get());
        } else if (!compatibility.rejected().isEmpty()) {
            logError("rejected " + String.join("; ", compatibility.rejected()));
        } else if (view.size() > 1) {
            context.recordAgreement();
        }
        return rejection.isPresent();
    }

    private void logError(String message) {
        if (rejectedLog.countEvent() > 0) {
            LOG.error("{}", message);
        }
    }

    /**
     * Ends the session if this node belongs to the smaller of two clusters in the view. Clusters that were formed
     * separately do not merge: the nodes of the one with fewer nodes in the view step down. The smaller one may be a
     * single node that lost its data directory and formed another cluster; that must not depose the leader of the
     * majority.
     */
    private void leaveOtherCluster(MeshSession meshSession, List<NodeAnnouncement> announcements) {
        String ownCluster = meshSession.cluster();
        if (ownCluster.isEmpty()) {
            return;
        }
        Map<String, Integer> sizes = new TreeMap<>();
        announcements.stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.cluster().isEmpty())
                .forEach(nodeAnnouncement -> sizes.merge(nodeAnnouncement.cluster(), 1, Integer::sum));
        String largest =
                Collections.max(sizes.entrySet(), Map.Entry.comparingByValue()).getKey();
        announcements.stream()
                .filter(nodeAnnouncement -> !largest.equals(ownCluster)
                        && nodeAnnouncement.cluster().equals(largest))
                .findFirst()
                .ifPresent(other -> {
                    context.recordOtherCluster();
                    meshSession.end(other.member().name() + " belongs to cluster " + largest
                            + ", but this node belongs to cluster " + ownCluster + " according to "
                            + meshSession.dataDirectory() + "; delete that directory to let this node join");
                });
    }

    /**
     * Returns whether this node must form the cluster. That is the case if no node in the view has ever been in a
     * cluster, and this node has the lowest name of those whose expected number of nodes is present. It first waits
     * until the view is stable for {@link #FORMATION_DELAY}: another node may be about to announce that it belongs to a
     * cluster.
     */
    private boolean shouldFormCluster(MeshRaft raft, View view, List<NodeAnnouncement> announcements) {
        if (!view.equals(stableView)) {
            stableView = view;
            stableSince = context.time().nanos();
        }
        boolean stable = context.time().nanos() - stableSince >= FORMATION_DELAY.toNanos();
        if (!raft.members().isEmpty() || context.isLeaving() || (view.size() > 1 && !stable)) {
            return false;
        }
        return announcements.stream()
                        .allMatch(nodeAnnouncement -> nodeAnnouncement.cluster().isEmpty())
                && announcements.stream()
                        .filter(nodeAnnouncement -> nodeAnnouncement.expectedNodes() <= announcements.size())
                        .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                        .min(String::compareTo)
                        .filter(context.name()::equals)
                        .isPresent();
    }

    /**
     * Returns whether this node may leave: no other node remains, or the remaining voters are a majority, and know that
     * if this node was removed for it.
     */
    private boolean mayLeave(MeshSession meshSession, View view) {
        MeshRaft raft = meshSession.raft();
        List<String> staying = meshSession.announcements(view).stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.leaving())
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .toList();
        if (raft == null || staying.isEmpty()) {
            return true;
        }
        List<String> voters = raft.members();
        long stayingVoters = voters.stream().filter(staying::contains).count();
        if (raft.isVoter()) {
            return 2 * stayingVoters > voters.size();
        }
        return raft.isLeader() ? raft.isKnownByAllVoters(view, raft.lastAppended()) : !raft.isRemovalPending();
    }
}
