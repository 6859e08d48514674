package dev.ginkgo.mesh.raft;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.jgroups.Address;
import org.jgroups.MergeView;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.raft.ELECTION;
import org.jgroups.protocols.raft.Log;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.protocols.raft.election.BaseElection;
import org.jgroups.protocols.raft.election.VoteRequest;
import org.jgroups.protocols.raft.election.VoteResponse;
import org.jgroups.raft.util.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Elections are held by the first <em>voter</em> of the view, and if none is elected, a while later by the second too,
 * and so on: the nodes may not agree who votes, when the leader died while it changed that. In jgroups-raft it is the
 * first node, which may be one that has just come and does not know the voters yet.
 *
 * <p>As in Raft, a node that is asked votes, whether it knows already that it is a voter or not; who asks has to know.
 * But it does not vote for one that it knows to be none: that one may know old voters only, and this node, which was
 * removed, would make up its majority, while the voter that is left elects itself. And a vote that comes in a later term
 * does not count in that.
 *
 * <p>A node that was cut off and comes back to a majority first listens whether that has a leader: an election would
 * depose it.
 */
public final class MeshElection extends ELECTION {
    private static final int VOTE_TIMEOUT_MILLIS = 600;

    /** Two rounds of the one before. */
    private static final long TURN_INTERVAL_NANOS = 2 * VOTE_TIMEOUT_MILLIS * 1_000_000L;

    /** A leader that there is renews its lease several times in it, also on a busy machine. */
    private static final long LISTEN_TIMEOUT_NANOS = Duration.ofSeconds(2).toNanos();

    private final Predicate<Address> isOfSameCluster;
    private final TimeSource timeSource;
    private volatile boolean stopped;
    private volatile boolean listening;
    private volatile long listeningSince;

    // of the task that calls holdIfNeeded
    private boolean leaderMissing;
    private long leaderMissingSince;

    /**
     * @param ours to which nodes it listens
     */
    public MeshElection(Predicate<Address> ours, TimeSource timeSource) {
        this.isOfSameCluster = ours;
        this.timeSource = timeSource;
        setId(ELECTION_ID);
        voteTimeout(VOTE_TIMEOUT_MILLIS);
    }

    /** For ever. jgroups-raft's thread would go on, as fast as it can, as long as no leader is elected. */
    @Override
    public void stop() {
        stopped = true;
        super.stop();
    }

    @Override
    protected void runVotingProcess() {
        if (stopped) {
            Thread.currentThread().interrupt(); // that ends it
        }
        super.runVotingProcess();
    }

    @Override
    protected void handleView(View next) {
        listeningSince = timeSource.nanos();
        listening = next instanceof MergeView merged
                && merged.getSubgroups().stream().anyMatch(this::mayHaveLeader);
        super.handleView(next);
    }

    private boolean mayHaveLeader(View others) {
        return !others.containsMember(local_addr) && ((MeshRaft) raft).hasMajority(others);
    }

    /** Not if there is a leader, who may have said so since somebody found that there is none. */
    @Override
    public synchronized BaseElection startVotingThread() {
        boolean listens = listening && timeSource.nanos() - listeningSince < LISTEN_TIMEOUT_NANOS;
        return hasLeader(view) || (listens && raft.leader() == null) ? this : super.startVotingThread();
    }

    private boolean hasLeader(@Nullable View inView) {
        Address leader = raft.leader();
        return leader != null && inView != null && inView.containsMember(leader);
    }

    @Override
    protected void handleMessage(Message message, RaftHeader header) {
        if (!isOfSameCluster.test(message.getSrc())) {
            return;
        }
        switch (header) {
            case VoteRequest request -> handleVoteRequest(message, request);
            case VoteResponse response
            when response.currTerm() != raft.currentTerm() ->
                log.trace("%s: a vote of term %d comes too late", local_addr, response.currTerm());
            default -> super.handleMessage(message, header);
        }
    }

    private void handleVoteRequest(Message message, VoteRequest request) {
        List<String> voters = raft.members();
        if (!voters.contains(Utils.extractRaftId(message.getSrc()))) {
            return;
        }
        if (voters.contains(raft.raftId())) {
            super.handleMessage(message, request);
        } else {
            grantVote(message.getSrc(), request.currTerm());
        }
    }

    /** What jgroups-raft refuses to a node that does not know that it is a voter. */
    private void grantVote(Address elector, long term) {
        if (raft.currentTerm(term) < 0) {
            return;
        }
        Address vote = raft.votedFor();
        if (vote == null || vote.equals(elector)) {
            raft.votedFor(elector);
            Log entries = raft.log();
            long last = entries.lastAppended();
            LogEntry entry = entries.get(last);
            sendVoteResponse(elector, term, entry == null ? 0 : entry.term(), last);
        }
    }

    @Override
    protected boolean isViewCoordinator() {
        return electionRank(view) == 0;
    }

    /** Which of the voters in the view this node is; -1 if it is none. */
    private int electionRank(View inView) {
        List<String> voters = raft.members();
        List<Address> present = inView.getMembers().stream()
                .filter(each -> voters.contains(Utils.extractRaftId(each)))
                .toList();
        return present.indexOf(local_addr);
    }

    /** Holds one if there should be one and there is none: what the reaction to a new view has missed. */
    public void startIfNeeded() {
        View current = view;
        boolean needed = current != null && !hasLeader(current) && ((MeshRaft) raft).hasMajority(current);
        if (needed && !leaderMissing) {
            leaderMissingSince = timeSource.nanos();
        }
        leaderMissing = needed;
        if (current != null && needed && !isVotingThreadRunning()) {
            int turn = electionRank(current);
            if (turn >= 0 && timeSource.nanos() - leaderMissingSince >= turn * TURN_INTERVAL_NANOS) {
                startVotingThread();
            }
        }
    }
}
