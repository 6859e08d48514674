package dev.ginkgo.mesh.raft.storage;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import org.jgroups.protocols.raft.InternalCommand;
import org.jgroups.protocols.raft.LogEntry;

/** A change of the voters as it is in the log. jgroups-raft shows the name in it to nobody but its own kind. */
final class VoterChange extends InternalCommand {
    private VoterChange() {}

    static VoterChange of(LogEntry entry) {
        VoterChange change = new VoterChange();
        try (var in = new DataInputStream(new ByteArrayInputStream(entry.command(), entry.offset(), entry.length()))) {
            change.readFrom(in);
        } catch (IOException e) {
            throw new IllegalStateException("a change of the voters that cannot be read", e);
        }
        return change;
    }

    /** Whose vote is given or taken. */
    String name() {
        return name;
    }

    /** Whether the node becomes a voter; else it is one no longer. */
    boolean isAddition() {
        return type == Type.addServer;
    }
}
