package dev.ginkgo.mesh.membership;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import dev.ginkgo.cluster.model.Epoch;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.cluster.model.PartitionPolicy;
import dev.ginkgo.cluster.security.ClusterCredentials;
import dev.ginkgo.cluster.spi.CoordinatorListener;
import dev.ginkgo.cluster.spi.DualTimestamp;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.cluster.spi.LeaseTiming;
import dev.ginkgo.cluster.spi.NodeConfig;
import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.CapturedLog;
import dev.ginkgo.mesh.InProcessMesh;
import dev.ginkgo.mesh.SynchronizedListener;
import dev.ginkgo.mesh.node.MeshContext;
import dev.ginkgo.mesh.raft.ObservedLeases;
import dev.ginkgo.mesh.raft.VoterReconfigurer;
import dev.ginkgo.mesh.raft.storage.DataDirectory;
import dev.ginkgo.testing.FakeClock;
import dev.ginkgo.time.TimeSource;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jgroups.View;
import org.jgroups.util.DefaultSocketFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the membership loop of a joining node reports, and when. */
class MembershipLoopTest {
    private static final String DISK_FULL = "cannot write journal: No space left on device";

    @TempDir
    Path folder;

    /** Reported rosters and health, in order. */
    private final List<String> events = new CopyOnWriteArrayList<>();

    /** Times of the health reports. */
    private final List<Long> healthReports = new CopyOnWriteArrayList<>();

    @ParameterizedTest
    @EnumSource
    @DisplayName(
            "K-08 K-20 a node becomes ready only when its roster is complete: a ready node does not appear to be alone")
    void readyOnlyWhenRosterIsComplete(PartitionPolicy partitionPolicy) throws Exception {
        try (InProcessMesh inProcessMesh = new InProcessMesh(folder)) {
            // Given two nodes
            String policySetting = "policy = \"" + partitionPolicy.name().toLowerCase(Locale.ROOT) + "\"";
            InProcessMesh.MeshNode a = inProcessMesh.start(policySetting);
            await().atMost(InProcessMesh.TIMEOUT).until(a.cluster()::isLeader);
            InProcessMesh.MeshNode b = inProcessMesh.start(policySetting, a.identity());
            InProcessMesh.awaitConverged(a, b);

            // When another node joins
            Address identity = FreePorts.free();
            try (DataDirectory dataDirectory = DataDirectory.open(folder, identity)) {
                MeshContext meshContext = context(identity, a.identity(), partitionPolicy, dataDirectory);
                Thread loopThread = Thread.ofVirtual().start(() -> run(meshContext, dataDirectory));
                await().atMost(InProcessMesh.TIMEOUT).until(() -> events.contains("ready"));
                meshContext.startLeaving();
                meshContext.resign();
                loopThread.join();
            }

            // Then it has reported both nodes in its roster before it becomes ready
            List<String> rostersBeforeReady = events.subList(0, events.indexOf("ready")).stream()
                    .filter(each -> each.startsWith("roster"))
                    .toList();
            assertThat(rostersBeforeReady.getLast())
                    .contains(a.identity().toString(), b.identity().toString(), identity.toString());
        }
    }

    @Test
    @DisplayName(
            "K-08 a node that cannot join retries with increasing pauses, which wake-ups do not shorten, and does not"
                    + " retry when it stops")
    void retriesWithBackoff_untilStopped() throws Exception {
        Address identity = FreePorts.free();
        try (ServerSocket occupied = new ServerSocket();
                DataDirectory dataDirectory = DataDirectory.open(folder, identity)) {
            // Given a node that cannot join
            occupied.bind(identity.toSocketAddress());
            MeshContext meshContext = context(identity, FreePorts.free(), PartitionPolicy.QUORUM, dataDirectory);
            Thread loopThread = Thread.ofVirtual().start(() -> run(meshContext, dataDirectory));

            // When it is woken repeatedly until it has tried four times
            await().pollInterval(Duration.ofMillis(10))
                    .atMost(InProcessMesh.TIMEOUT)
                    .until(() -> {
                        meshContext.wakeTasks();
                        return healthReports.size() >= 4;
                    });
            meshContext.startLeaving();
            meshContext.resign();
            loopThread.join();

            // Then it has paused for 0.2 s, 0.4 s and 0.8 s between the attempts, and has made no further attempt
            for (int i = 1; i < 4; i++) {
                assertThat(Duration.ofNanos(healthReports.get(i) - healthReports.get(i - 1)))
                        .as("pause %d", i)
                        .isGreaterThanOrEqualTo(Duration.ofMillis(100L << i));
            }
            assertThat(healthReports).hasSize(4);
        }
    }

    @Test
    @DisplayName(
            "C-51 C-52 a node that cannot join, for example because its disk is full, logs one line when that begins and"
                    + " one when it has joined")
    void logsOneLinePerChange() throws Exception {
        Address identity = FreePorts.free();
        try (CapturedLog log = new CapturedLog(Level.INFO);
                DataDirectory dataDirectory = DataDirectory.open(folder, identity)) {
            // Given a node whose journal cannot be written
            MeshContext meshContext = context(identity, FreePorts.free(), PartitionPolicy.QUORUM, dataDirectory);
            AtomicBoolean full = new AtomicBoolean(true);
            Thread loopThread = Thread.ofVirtual().start(() -> run(meshContext, dataDirectory, full));

            // When it has tried several times, and then there is space
            await().atMost(InProcessMesh.TIMEOUT).until(() -> healthReports.size() >= 3);
            full.set(false);
            await().atMost(InProcessMesh.TIMEOUT)
                    .until(() -> !log.messagesContaining("again").isEmpty()
                            && log.messagesContaining("takes part").size() == 1);
            meshContext.startLeaving();
            meshContext.resign();
            loopThread.join();

            // Then both changes are in the log, once, and no stack trace
            assertThat(log.messages(Level.WARN))
                    .containsExactly(identity + " cannot join the cluster, and tries again: " + DISK_FULL);
            assertThat(events).contains(DISK_FULL); // the reason in the tree
            assertThat(log.messagesContaining("takes part"))
                    .containsExactly(identity + " takes part in the cluster again");
        }
    }

    @Test
    @DisplayName(
            "K-68 a node answers the first announcement of another one, which may not have received its own: the roster of"
                    + " a node that joins does not have to wait for the next periodic announcement")
    void answersFirstAnnouncement() throws Exception {
        Address identity = FreePorts.free();
        Address joining = FreePorts.free();
        try (DataDirectory dataDirectory = DataDirectory.open(folder, identity);
                DataDirectory otherDirectory = DataDirectory.open(folder, joining)) {
            // Given a node that sends no periodic announcements, because its clock stands still
            MeshContext meshContext =
                    context(identity, identity, PartitionPolicy.QUORUM, dataDirectory, new FakeClock());
            Thread loopThread = Thread.ofVirtual().start(() -> run(meshContext, dataDirectory));
            await().atMost(InProcessMesh.TIMEOUT).until(() -> !events.isEmpty());
            MeshContext other = context(joining, identity, PartitionPolicy.QUORUM, otherDirectory);
            try (MeshSession session =
                    new MeshSession(other, stack(other), otherDirectory, new ObservedLeases(other.time()))) {
                // Given a node in the same view that has lost the announcement for all nodes
                session.join();
                View view = requireNonNull(session.view());
                await().atMost(InProcessMesh.TIMEOUT)
                        .until(() -> session.announcements(view).size() == 2);
                session.viewAccepted(
                        new View(view.getViewId(), List.of(view.getMembers().getLast())));
                session.viewAccepted(view);
                assertThat(session.announcements(view)).hasSize(1);

                // When
                session.announce();

                // Then
                await().atMost(InProcessMesh.TIMEOUT)
                        .until(() -> session.announcements(view).size() == 2);
            }
            meshContext.startLeaving();
            meshContext.resign();
            loopThread.join();
        }
    }

    @Test
    @DisplayName(
            "K-80 a node repeats what it has announced after a second: another one that has lost it does not have to wait"
                    + " for the next periodic announcement")
    void repeatsNewAnnouncement() throws Exception {
        Address identity = FreePorts.free();
        Address joining = FreePorts.free();
        try (DataDirectory dataDirectory = DataDirectory.open(folder, identity);
                DataDirectory otherDirectory = DataDirectory.open(folder, joining)) {
            // Given two nodes
            FakeClock clock = new FakeClock();
            MeshContext meshContext = context(identity, identity, PartitionPolicy.QUORUM, dataDirectory, clock);
            Thread loopThread = Thread.ofVirtual().start(() -> run(meshContext, dataDirectory));
            await().atMost(InProcessMesh.TIMEOUT).until(() -> !events.isEmpty());
            MeshContext other = context(joining, identity, PartitionPolicy.QUORUM, otherDirectory);
            try (MeshSession session =
                    new MeshSession(other, stack(other), otherDirectory, new ObservedLeases(other.time()))) {
                session.join();
                View view = requireNonNull(session.view());
                await().atMost(InProcessMesh.TIMEOUT)
                        .until(() -> session.announcements(view).size() == 2);

                // Given one of them has lost the announcement of the other one
                session.viewAccepted(
                        new View(view.getViewId(), List.of(view.getMembers().getLast())));
                session.viewAccepted(view);
                assertThat(session.announcements(view)).hasSize(1);

                // When a second has passed
                clock.advance(Duration.ofSeconds(1));

                // Then
                await().atMost(InProcessMesh.TIMEOUT)
                        .until(() -> session.announcements(view).size() == 2);
            }
            meshContext.startLeaving();
            meshContext.resign();
            loopThread.join();
        }
    }

    private MeshContext context(
            Address identity, Address seed, PartitionPolicy partitionPolicy, DataDirectory dataDirectory)
            throws Exception {
        return context(identity, seed, partitionPolicy, dataDirectory, TimeSource.system());
    }

    private MeshContext context(
            Address identity,
            Address seed,
            PartitionPolicy partitionPolicy,
            DataDirectory dataDirectory,
            TimeSource time)
            throws Exception {
        NodeConfig nodeConfig = new NodeConfig(
                identity, List.of(seed), 3, Optional.of(folder), ClusterCredentials.none(), partitionPolicy);
        long incarnation = dataDirectory.nextIncarnation(Instant.now());
        Member self = new Member(identity.toString(), incarnation, identity, Optional.empty(), Optional.empty(), "1");
        return new MeshContext(nodeConfig, time, self, new SynchronizedListener(new RecordingListener()));
    }

    private static StackConfig stack(MeshContext meshContext) {
        return new StackConfig(
                meshContext.config().identity(), Duration.ofSeconds(2), DefaultSocketFactory::new, List::of);
    }

    private void run(MeshContext meshContext, DataDirectory dataDirectory) {
        run(meshContext, dataDirectory, new AtomicBoolean());
    }

    /** Runs the loop of a node that cannot write its journal while {@code full} is true. */
    private void run(MeshContext meshContext, DataDirectory dataDirectory, AtomicBoolean full) {
        StackConfig config = stack(meshContext);
        ObservedLeases observedLeases = new ObservedLeases(meshContext.time());
        MembershipLoop membershipLoop = new MembershipLoop(
                meshContext,
                () -> {
                    if (full.get()) {
                        throw new IOException(DISK_FULL);
                    }
                    return new MeshSession(meshContext, config, dataDirectory, observedLeases);
                },
                new VoterReconfigurer(meshContext, 3, Duration.ofMinutes(1)),
                problem -> {
                    events.add(problem.orElse("ready"));
                    healthReports.add(System.nanoTime());
                });
        try {
            membershipLoop.run();
        } catch (InterruptedException e) {
            throw new AssertionError("unexpected interrupt", e);
        }
    }

    private final class RecordingListener implements CoordinatorListener {
        @Override
        public LeaseTiming leaseTiming() {
            return new LeaseTiming(Duration.ofMillis(1_200), Duration.ofMillis(100));
        }

        @Override
        public void rosterChanged(List<Member> members) {
            events.add("roster " + members.stream().map(Member::name).toList());
        }

        @Override
        public void leaderChanged(String name, Epoch epoch) {}

        @Override
        public boolean leaseRenewed(Epoch epoch, DualTimestamp start) {
            return true;
        }

        @Override
        public void leaseEnded(Epoch epoch) {}
    }
}
