package dev.ginkgo.mesh.membership;

import dev.ginkgo.internal.concurrent.BackoffSequence;
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
 * Keeps this node among the others: enters, says what it is, tells the roster, founds the cluster if it is the one to
 * do it, and enters again when a stay is over, for ever.
 */
public final class MembershipLoop {
    private static final Logger LOG = LoggerFactory.getLogger(MembershipLoop.class);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(250);
    private static final Duration LEAVING_POLL_INTERVAL = Duration.ofMillis(20);
    private static final Duration ANNOUNCE_INTERVAL = Duration.ofSeconds(5);
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
    private @Nullable NodeAnnouncement announced;
    private long announcedAt;
    private @Nullable View stableView;
    private long stableSince;
    private boolean healthy;
    private volatile @Nullable MeshSession currentSession;

    /**
     * @param stays creates a session, which has not entered the view yet
     * @param health receives the reason why this node is degraded; empty if it is not
     */
    public MembershipLoop(
            MeshContext meshContext,
            Callable<MeshSession> stays,
            VoterReconfigurer voterReconfigurer,
            Consumer<Optional<String>> health) {
        this.context = meshContext;
        this.sessions = stays;
        this.voterReconfigurer = voterReconfigurer;
        this.health = health;
    }

    /** Returns the current session; null while this node is not in the view. Any thread. */
    public @Nullable MeshSession currentSession() {
        return currentSession;
    }

    /** Returns the current view; null while there is none. Any thread. */
    public @Nullable View currentView() {
        MeshSession meshSession = currentSession;
        return meshSession == null ? null : meshSession.view();
    }

    /** The task. Ends when the node has left, or another has its name. */
    public void run() throws InterruptedException {
        boolean goOn = true;
        while (goOn) {
            goOn = runSession();
            if (goOn) {
                pause();
                goOn = !context.isLeaving();
            }
        }
        left.countDown();
    }

    /** The whole of it, whatever happens: two clusters that meet would else come and go as fast as they hear each other. */
    private void pause() throws InterruptedException {
        long began = context.time().nanos();
        Duration pause = backoff.next(MIN_PAUSE, MAX_PAUSE);
        Duration rest = pause;
        while (rest.isPositive() && !context.isLeaving()) {
            context.membershipTimer().await(rest);
            rest = pause.minusNanos(context.time().nanos() - began);
        }
    }

    /** Waits until the node has left, or as long. */
    public boolean awaitLeft(Duration atMost) throws InterruptedException {
        return left.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** One stay; whether another may follow. */
    private boolean runSession() throws InterruptedException {
        healthy = false;
        try (MeshSession meshSession = sessions.call()) {
            meshSession.join();
            currentSession = meshSession;
            String reason = observe(meshSession);
            LOG.info("{} leaves the view: {}", context.name(), reason);
            health.accept(Optional.of(reason));
            return !context.isLeaving() && !meshSession.isReplaced();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("{} cannot be among the others; trying again", context.name(), e);
            health.accept(Optional.of(String.valueOf(e.getMessage())));
            return !context.isLeaving();
        } finally {
            currentSession = null;
            context.listener().rosterChanged(List.of(context.self()));
        }
    }

    private String observe(MeshSession meshSession) throws InterruptedException, IOException {
        while (true) {
            Optional<String> over = meshSession.endReason();
            if (over.isPresent()) {
                return over.get();
            }
            View view = meshSession.view();
            if (view != null) {
                update(meshSession, view);
                if (context.isLeaving() && context.hasResigned() && mayLeave(meshSession, view)) {
                    return "it is stopped";
                }
            }
            context.membershipTimer().await(context.isLeaving() ? LEAVING_POLL_INTERVAL : POLL_INTERVAL);
        }
    }

    private void update(MeshSession meshSession, View view) throws IOException {
        NodeAnnouncement nodeAnnouncement = context.announcement(meshSession.cluster());
        long now = context.time().nanos();
        if (!view.equals(announcedIn)
                || !nodeAnnouncement.equals(announced)
                || now - announcedAt >= ANNOUNCE_INTERVAL.toNanos()) {
            announcedIn = view;
            announced = nodeAnnouncement;
            announcedAt = now;
            meshSession.announce();
        }
        List<NodeAnnouncement> rows = meshSession.announcements(view);
        boolean complete = rows.size() == view.size();
        context.listener()
                .rosterChanged(rows.stream().map(NodeAnnouncement::member).toList());
        MeshRaft raft = meshSession.raft();
        MeshElection election = meshSession.election();
        if (raft != null && election != null) {
            if (complete) {
                leaveOtherCluster(meshSession, rows);
            }
            if (shouldFormCluster(raft, view, rows)) {
                raft.members(List.of(context.name()));
            }
            election.startIfNeeded();
            voterReconfigurer.reconfigure(meshSession, raft, view, rows);
        }
        if (context.hasMetOtherCluster()) { // it is as it was told when it left them
            return;
        }
        Optional<String> ill = MembershipHealth.problem(context.config(), meshSession, view, rows);
        if (ill.isEmpty()) {
            backoff.reset();
        }
        // Who asks a node that is ready whether it is alone must get it right.
        if (ill.isEmpty() && !healthy && !complete) {
            ill = Optional.of("joining the others");
        }
        healthy = ill.isEmpty();
        if (!context.isLeaving()) {
            health.accept(ill);
        }
    }

    /**
     * Two clusters that were founded apart do not become one: the nodes of the one of which fewer are here go again. It may
     * be one node that has lost its memory, and founded another cluster; that must not take the majority its leader.
     */
    private void leaveOtherCluster(MeshSession meshSession, List<NodeAnnouncement> rows) {
        String ours = meshSession.cluster();
        if (ours.isEmpty()) {
            return;
        }
        Map<String, Integer> sizes = new TreeMap<>();
        rows.stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.cluster().isEmpty())
                .forEach(nodeAnnouncement -> sizes.merge(nodeAnnouncement.cluster(), 1, Integer::sum));
        String largest =
                Collections.max(sizes.entrySet(), Map.Entry.comparingByValue()).getKey();
        rows.stream()
                .filter(nodeAnnouncement ->
                        !largest.equals(ours) && nodeAnnouncement.cluster().equals(largest))
                .findFirst()
                .ifPresent(other -> {
                    context.recordOtherCluster();
                    meshSession.end(other.member().name() + " is of the cluster " + largest + ", and this node of "
                            + ours + ", as " + meshSession.dataDirectory()
                            + " says; remove that folder to let it join");
                });
    }

    /**
     * The lowest of the nodes for whom enough are there founds the cluster, if none of all has ever been in one. It looks
     * for a moment at the others: one of them may be about to say that it is in one.
     */
    private boolean shouldFormCluster(MeshRaft raft, View view, List<NodeAnnouncement> rows) {
        if (!view.equals(stableView)) {
            stableView = view;
            stableSince = context.time().nanos();
        }
        boolean quiet = context.time().nanos() - stableSince >= FORMATION_DELAY.toNanos();
        boolean complete = rows.size() == view.size();
        if (!raft.members().isEmpty() || !complete || context.isLeaving() || (view.size() > 1 && !quiet)) {
            return false;
        }
        return rows.stream()
                        .allMatch(nodeAnnouncement -> nodeAnnouncement.cluster().isEmpty())
                && rows.stream()
                        .filter(nodeAnnouncement -> nodeAnnouncement.expect() <= rows.size())
                        .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                        .min(String::compareTo)
                        .filter(context.name()::equals)
                        .isPresent();
    }

    /** Whether the others can go on without this node, or there are none. */
    private boolean mayLeave(MeshSession meshSession, View view) {
        MeshRaft raft = meshSession.raft();
        List<String> staying = meshSession.announcements(view).stream()
                .filter(nodeAnnouncement -> !nodeAnnouncement.leaving())
                .map(nodeAnnouncement -> nodeAnnouncement.member().name())
                .toList();
        if (raft == null || staying.isEmpty()) {
            return true;
        }
        List<String> names = raft.members();
        long rest = names.stream().filter(staying::contains).count();
        return raft.isVoter()
                ? 2 * rest > names.size()
                : !raft.isLeader() || raft.isKnownByAllVoters(view, raft.lastAppended());
    }
}
