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
    private static final Duration LOOK = Duration.ofMillis(250);
    private static final Duration LOOK_LEAVING = Duration.ofMillis(20);
    private static final Duration SAY_AGAIN = Duration.ofSeconds(5);
    private static final Duration QUIET = Duration.ofMillis(500);
    private static final Duration MIN_PAUSE = Duration.ofMillis(200);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

    private final MeshContext node;
    private final Callable<MeshSession> stays;
    private final VoterReconfigurer voters;
    private final Consumer<Optional<String>> health;
    private final CountDownLatch left = new CountDownLatch(1);
    private final BackoffSequence pauses = BackoffSequence.withoutJitter();
    private @Nullable View saidIn;
    private @Nullable NodeAnnouncement said;
    private long saidAt;
    private @Nullable View seen;
    private long seenAt;
    private boolean well;
    private volatile @Nullable MeshSession present;

    /**
     * @param stays creates a session, which has not entered the view yet
     * @param health receives the reason why this node is degraded; empty if it is not
     */
    public MembershipLoop(MeshContext node, Callable<MeshSession> stays, VoterReconfigurer voters, Consumer<Optional<String>> health) {
        this.node = node;
        this.stays = stays;
        this.voters = voters;
        this.health = health;
    }

    /** Returns the current session; null while this node is not in the view. Any thread. */
    public @Nullable MeshSession present() {
        return present;
    }

    /** Returns the current view; null while there is none. Any thread. */
    public @Nullable View view() {
        MeshSession stay = present;
        return stay == null ? null : stay.view();
    }

    /** The task. Ends when the node has left, or another has its name. */
    public void run() throws InterruptedException {
        boolean goOn = true;
        while (goOn) {
            goOn = stay();
            if (goOn) {
                pause();
                goOn = !node.isLeaving();
            }
        }
        left.countDown();
    }

    /** The whole of it, whatever happens: two clusters that meet would else come and go as fast as they hear each other. */
    private void pause() throws InterruptedException {
        long began = node.time().nanos();
        Duration pause = pauses.next(MIN_PAUSE, MAX_PAUSE);
        Duration rest = pause;
        while (rest.isPositive() && !node.isLeaving()) {
            node.members().await(rest);
            rest = pause.minusNanos(node.time().nanos() - began);
        }
    }

    /** Waits until the node has left, or as long. */
    public boolean awaitLeft(Duration atMost) throws InterruptedException {
        return left.await(atMost.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** One stay; whether another may follow. */
    private boolean stay() throws InterruptedException {
        well = false;
        try (MeshSession stay = stays.call()) {
            stay.enter();
            present = stay;
            String reason = live(stay);
            LOG.info("{} leaves the view: {}", node.name(), reason);
            health.accept(Optional.of(reason));
            return !node.isLeaving() && !stay.isReplaced();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            LOG.warn("{} cannot be among the others; trying again", node.name(), e);
            health.accept(Optional.of(String.valueOf(e.getMessage())));
            return !node.isLeaving();
        } finally {
            present = null;
            node.seat().roster(List.of(node.self()));
        }
    }

    private String live(MeshSession stay) throws InterruptedException, IOException {
        while (true) {
            Optional<String> over = stay.over();
            if (over.isPresent()) {
                return over.get();
            }
            View view = stay.view();
            if (view != null) {
                look(stay, view);
                if (node.isLeaving() && node.hasResigned() && mayLeave(stay, view)) {
                    return "it is stopped";
                }
            }
            node.members().await(node.isLeaving() ? LOOK_LEAVING : LOOK);
        }
    }

    private void look(MeshSession stay, View view) throws IOException {
        NodeAnnouncement row = node.row(stay.cluster());
        long now = node.time().nanos();
        if (!view.equals(saidIn) || !row.equals(said) || now - saidAt >= SAY_AGAIN.toNanos()) {
            saidIn = view;
            said = row;
            saidAt = now;
            stay.say();
        }
        List<NodeAnnouncement> rows = stay.rows(view);
        boolean complete = rows.size() == view.size();
        node.seat().roster(rows.stream().map(NodeAnnouncement::member).toList());
        MeshRaft raft = stay.raft();
        MeshElection election = stay.election();
        if (raft != null && election != null) {
            if (complete) {
                leaveStrangers(stay, rows);
            }
            if (founds(raft, view, rows)) {
                raft.members(List.of(node.name()));
            }
            election.holdIfNeeded();
            voters.tend(stay, raft, view, rows);
        }
        if (node.isAmongStrangers()) { // it is as it was told when it left them
            return;
        }
        Optional<String> ill = MembershipHealth.of(node.site(), stay, view, rows);
        if (ill.isEmpty()) {
            pauses.reset();
        }
        // Who asks a node that is ready whether it is alone must get it right.
        if (ill.isEmpty() && !well && !complete) {
            ill = Optional.of("joining the others");
        }
        well = ill.isEmpty();
        if (!node.isLeaving()) {
            health.accept(ill);
        }
    }

    /**
     * Two clusters that were founded apart do not become one: the nodes of the one of which fewer are here go again. It may
     * be one node that has lost its memory, and founded another cluster; that must not take the majority its leader.
     */
    private void leaveStrangers(MeshSession stay, List<NodeAnnouncement> rows) {
        String ours = stay.cluster();
        if (ours.isEmpty()) {
            return;
        }
        Map<String, Integer> sizes = new TreeMap<>();
        rows.stream()
                .filter(row -> !row.cluster().isEmpty())
                .forEach(row -> sizes.merge(row.cluster(), 1, Integer::sum));
        String largest =
                Collections.max(sizes.entrySet(), Map.Entry.comparingByValue()).getKey();
        rows.stream()
                .filter(row -> !largest.equals(ours) && row.cluster().equals(largest))
                .findFirst()
                .ifPresent(other -> {
                    node.meetStrangers();
                    stay.end(other.member().name() + " is of the cluster " + largest + ", and this node of " + ours
                            + ", as " + stay.folder() + " says; remove that folder to let it join");
                });
    }

    /**
     * The lowest of the nodes for whom enough are there founds the cluster, if none of all has ever been in one. It looks
     * for a moment at the others: one of them may be about to say that it is in one.
     */
    private boolean founds(MeshRaft raft, View view, List<NodeAnnouncement> rows) {
        if (!view.equals(seen)) {
            seen = view;
            seenAt = node.time().nanos();
        }
        boolean quiet = node.time().nanos() - seenAt >= QUIET.toNanos();
        boolean complete = rows.size() == view.size();
        if (!raft.members().isEmpty() || !complete || node.isLeaving() || (view.size() > 1 && !quiet)) {
            return false;
        }
        return rows.stream().allMatch(row -> row.cluster().isEmpty())
                && rows.stream()
                        .filter(row -> row.expect() <= rows.size())
                        .map(row -> row.member().name())
                        .min(String::compareTo)
                        .filter(node.name()::equals)
                        .isPresent();
    }

    /** Whether the others can go on without this node, or there are none. */
    private boolean mayLeave(MeshSession stay, View view) {
        MeshRaft raft = stay.raft();
        List<String> staying = stay.rows(view).stream()
                .filter(row -> !row.leaving())
                .map(row -> row.member().name())
                .toList();
        if (raft == null || staying.isEmpty()) {
            return true;
        }
        List<String> names = raft.members();
        long rest = names.stream().filter(staying::contains).count();
        return raft.isVoter() ? 2 * rest > names.size() : !raft.isLeader() || raft.allKnow(view, raft.lastAppended());
    }
}
