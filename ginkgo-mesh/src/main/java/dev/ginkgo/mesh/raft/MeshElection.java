package dev.ginkgo.mesh.raft;

import dev.ginkgo.time.TimeSource;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
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
 * Raft elections that are started by voters. The first <em>voter</em> in the view starts an election; if no leader is
 * elected, the second one starts one after a delay, and so on, because the nodes may disagree on the voters if the
 * leader failed while it changed them. In jgroups-raft, the first node of the view starts elections, which may have
 * just joined and not know the voters yet.
 *
 * <p>As in Raft, a node grants its vote on request even if it does not know yet that it is a voter; the candidate has
 * to know. But it grants no vote to a candidate that it knows not to be a voter: that candidate may know only an old
 * set of voters in which this node, since removed, completes its majority, while the remaining voter elects itself. A
 * vote that arrives in a later term than it was granted in is ignored.
 *
 * <p>A leader that steps down asks another voter to start an election ({@link #takeOver}), and starts none itself for a
 * while. Of several nodes with the same log, the one that was asked is elected.
 *
 * <p>A node that rejoins a majority after a partition first waits whether that majority has a leader: an election would
 * depose it.
 */
public final class MeshElection extends ELECTION {
    private static final int VOTE_TIMEOUT_MILLIS = 600;

    /** Delay per rank: two voting rounds of the previous voter. */
    private static final long RANK_DELAY_NANOS = 2 * VOTE_TIMEOUT_MILLIS * 1_000_000L;

    /** An existing leader renews its lease several times within this time, even on a busy machine. */
    private static final long LISTEN_TIMEOUT_NANOS = Duration.ofSeconds(2).toNanos();

    private final Predicate<Address> isOfSameCluster;
    private final TimeSource timeSource;
    private final BooleanSupplier abstains;
    private volatile boolean stopped;
    private volatile boolean takingOver;
    private volatile boolean listening;
    private volatile long listeningSince;

    // used only by the task that calls startIfNeeded
    private boolean leaderMissing;
    private long leaderMissingSince;

    /**
     * @param isOfSameCluster tells whether to accept messages from a node
     * @param abstains returns whether this node has stepped down and must not start an election yet
     */
    public MeshElection(Predicate<Address> isOfSameCluster, TimeSource timeSource, BooleanSupplier abstains) {
        this.isOfSameCluster = isOfSameCluster;
        this.timeSource = timeSource;
        this.abstains = abstains;
        setId(ELECTION_ID);
        voteTimeout(VOTE_TIMEOUT_MILLIS);
    }

    /**
     * Stops permanently. Otherwise the voting thread of jgroups-raft would loop without a pause until a leader is
     * elected.
     */
    @Override
    public void stop() {
        stopped = true;
        super.stop();
    }

    @Override
    protected void runVotingProcess() {
        if (stopped) {
            Thread.currentThread().interrupt(); // ends the voting thread
        }
        super.runVotingProcess();
    }

    @Override
    protected void handleView(View newView) {
        listeningSince = timeSource.nanos();
        listening = newView instanceof MergeView merged
                && merged.getSubgroups().stream().anyMatch(this::mayHaveLeader);
        super.handleView(newView);
    }

    private boolean mayHaveLeader(View subgroup) {
        return !subgroup.containsMember(local_addr) && ((MeshRaft) raft).hasMajority(subgroup);
    }

    /** Starts an election unless there is a leader, which may have become known since the caller checked. */
    @Override
    public synchronized BaseElection startVotingThread() {
        boolean stillListening = listening && timeSource.nanos() - listeningSince < LISTEN_TIMEOUT_NANOS;
        return hasLeader(view) || (stillListening && raft.leader() == null) || abstains.getAsBoolean()
                ? this
                : super.startVotingThread();
    }

    /** Starts an election although there is a leader, if that leader has asked for it because it steps down. */
    public synchronized void takeOver(Address requester) {
        if (requester.equals(raft.leader()) && raft.members().contains(raft.raftId())) {
            takingOver = true;
            super.startVotingThread();
        }
    }

    /** Returns this node if the leader asked it to take over and no other log is newer, otherwise the usual choice. */
    @Override
    protected @Nullable Address determineLeader() {
        Address newest = super.determineLeader();
        Map<Address, VoteResponse> votes = getVotes().getResults();
        boolean preferSelf = takingOver
                && newest != null
                && Arrays.equals(encoded(votes.get(newest)), encoded(votes.get(local_addr)));
        takingOver = false;
        return preferSelf ? local_addr : newest;
    }

    /** Returns term and position of the last entry of a voter's log, for which jgroups-raft has no accessors. */
    private static byte[] encoded(@Nullable VoteResponse vote) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        if (vote != null) {
            try {
                vote.writeTo(new DataOutputStream(bytes));
            } catch (IOException e) {
                throw new UncheckedIOException(e); // impossible when writing to memory
            }
        }
        return bytes.toByteArray();
    }

    private boolean hasLeader(@Nullable View inView) {
        Address leader = raft.leader();
        return leader != null && inView != null && inView.containsMember(leader);
    }

    @Override
    protected void handleMessage(Message message, RaftHeader header) {
        if (!isOfSameCluster.test(message.getSrc())
                || ((MeshRaft) raft).failure().isPresent()) {
            return;
        }
        switch (header) {
            case VoteRequest request -> handleVoteRequest(message, request);
            case VoteResponse response
            when response.currTerm() != raft.currentTerm() ->
                log.trace("%s: ignored a late vote of term %d", local_addr, response.currTerm());
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

    /** Grants the vote although this node does not know that it is a voter, which jgroups-raft would not do. */
    private void grantVote(Address candidate, long term) {
        if (raft.currentTerm(term) < 0) {
            return;
        }
        Address votedFor = raft.votedFor();
        if (votedFor == null || votedFor.equals(candidate)) {
            raft.votedFor(candidate);
            Log raftLog = raft.log();
            long lastIndex = raftLog.lastAppended();
            LogEntry entry = raftLog.get(lastIndex);
            sendVoteResponse(candidate, term, entry == null ? 0 : entry.term(), lastIndex);
        }
    }

    @Override
    protected boolean isViewCoordinator() {
        return electionRank(view) == 0;
    }

    /** Returns the index of this node among the voters in the view; -1 if it is not a voter. */
    private int electionRank(View inView) {
        List<String> voters = raft.members();
        List<Address> present = inView.getMembers().stream()
                .filter(each -> voters.contains(Utils.extractRaftId(each)))
                .toList();
        return present.indexOf(local_addr);
    }

    /**
     * Starts an election if one is needed and none is running. Covers cases in which a new view did not trigger one.
     */
    public void startIfNeeded() {
        View current = view;
        boolean electionNeeded = current != null && !hasLeader(current) && ((MeshRaft) raft).hasMajority(current);
        if (electionNeeded && !leaderMissing) {
            leaderMissingSince = timeSource.nanos();
        }
        leaderMissing = electionNeeded;
        if (current != null && electionNeeded && !isVotingThreadRunning()) {
            int rank = electionRank(current);
            if (rank >= 0 && timeSource.nanos() - leaderMissingSince >= rank * RANK_DELAY_NANOS) {
                startVotingThread();
            }
        }
    }
}
