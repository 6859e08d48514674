package dev.ginkgo.mesh.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.mesh.node.NodeAddress;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jgroups.Address;
import org.jgroups.protocols.raft.InternalCommand;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.util.Util;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recovery after a power loss: the log contains what was last forced to disk. */
class PowerLossTest {
    private static final Address B = NodeAddress.create("b", 3, 1);

    @TempDir
    Path folder;

    private SimulatedDisk disk;

    @BeforeEach
    void createDisk() {
        disk = new SimulatedDisk(folder);
    }

    private static LogEntry renewal() {
        byte[] bytes = new RaftCommand(Kind.RENEW, 1, "a", 1).encode();
        return new LogEntry(1, bytes, 0, bytes.length);
    }

    private static LogEntry addition(String name) throws Exception {
        byte[] bytes = Util.streamableToByteBuffer(new InternalCommand(InternalCommand.Type.addServer, name));
        return new LogEntry(1, bytes, 0, bytes.length, true);
    }

    @Test
    @DisplayName("K-08 the term and the vote are on disk as soon as they are set")
    void termAndVote_areOnDisk() throws IOException {
        try (RaftLog log = disk.open()) {
            log.currentTerm(4);
            try (RaftLog recovered = disk.openForced()) {
                assertThat(recovered.currentTerm()).isEqualTo(4);
            }
            log.votedFor(B);
            try (RaftLog recovered = disk.openForced()) {
                assertThat(recovered.currentTerm()).isEqualTo(4);
                assertThat(recovered.votedFor()).isEqualTo(B);
            }
        }
    }

    @Test
    @DisplayName("K-08 K-22 entries are on disk as soon as they are appended, renewals too; a change of the voters is"
            + " committed on disk")
    void entriesAreOnDisk() throws Exception {
        try (RaftLog log = disk.open()) {
            log.append(1, LogEntries.create(addition("a")));
            try (RaftLog recovered = disk.openForced()) {
                assertThat(recovered.lastAppended()).isEqualTo(1);
            }
            log.commitIndex(1);
            try (RaftLog recovered = disk.openForced()) {
                assertThat(recovered.commitIndex()).isEqualTo(1);
            }
            log.append(2, LogEntries.create(renewal()));
            try (RaftLog recovered = disk.openForced()) {
                assertThat(recovered.lastAppended()).isEqualTo(2);
            }
            log.deleteAllEntriesStartingFrom(2);
            log.votedFor(B);
            log.setSnapshot(ByteBuffer.wrap(new byte[] {7}));
            log.truncate(1);
            try (RaftLog recovered = disk.openForced()) {
                assertThat(recovered.votedFor()).isEqualTo(B);
                assertThat(recovered.commitIndex()).isEqualTo(1);
                assertThat(recovered.getSnapshot()).isEqualTo(ByteBuffer.wrap(new byte[] {7}));
            }
        }
    }
}
