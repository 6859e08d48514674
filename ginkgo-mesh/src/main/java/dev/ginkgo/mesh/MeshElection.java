package dev.ginkgo.mesh;

import java.util.List;
import java.util.function.Predicate;
import org.jgroups.Address;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.protocols.raft.ELECTION;
import org.jgroups.protocols.raft.RaftHeader;
import org.jgroups.raft.util.Utils;

/**
 * Elections are held by the first <em>voter</em> of the view. In jgroups-raft that is the first node, which may be one
 * that has just come and does not know the voters yet.
 */
final class MeshElection extends ELECTION {
    private static final int VOTE_TIMEOUT_MILLIS = 600;

    private final Predicate<Address> ours;

    /**
     * @param ours to which nodes it listens
     */
    MeshElection(Predicate<Address> ours) {
        this.ours = ours;
        setId(ELECTION_ID);
        voteTimeout(VOTE_TIMEOUT_MILLIS);
    }

    @Override
    protected void handleMessage(Message message, RaftHeader header) {
        if (ours.test(message.getSrc())) {
            super.handleMessage(message, header);
        }
    }

    @Override
    protected boolean isViewCoordinator() {
        return isFirstVoter(view);
    }

    private boolean isFirstVoter(View inView) {
        List<String> voters = raft.members();
        for (Address each : inView.getMembers()) {
            if (voters.contains(Utils.extractRaftId(each))) {
                return each.equals(local_addr);
            }
        }
        return false;
    }

    /** Holds one if there should be one and there is none: what the reaction to a new view has missed. */
    void holdIfNeeded() {
        View current = view;
        if (current != null
                && (raft.leader() == null || !current.containsMember(raft.leader()))
                && ((MeshRaft) raft).hasMajority(current)
                && isFirstVoter(current)
                && !isVotingThreadRunning()) {
            startVotingThread();
        }
    }
}
