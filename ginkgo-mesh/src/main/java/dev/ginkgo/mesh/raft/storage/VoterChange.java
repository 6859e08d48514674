package dev.ginkgo.mesh.raft.storage;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import org.jgroups.protocols.raft.InternalCommand;
import org.jgroups.protocols.raft.LogEntry;

/** Change of the voters in the log. Extends {@link InternalCommand}, which exposes the name only to subclasses. */
final class VoterChange extends InternalCommand {
    private VoterChange() {}

    static VoterChange of(LogEntry entry) {
        VoterChange change = new VoterChange();
        try (var in = new DataInputStream(new ByteArrayInputStream(entry.command(), entry.offset(), entry.length()))) {
            change.readFrom(in);
        } catch (IOException e) {
            throw new IllegalStateException("cannot decode a change of the voters", e);
        }
        return change;
    }

    /** Returns the name of the node that is added or removed. */
    String name() {
        return name;
    }

    /** Returns whether the node becomes a voter; false if it ceases to be one. */
    boolean isAddition() {
        return type == Type.addServer;
    }
}
