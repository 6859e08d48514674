package dev.ginkgo.mesh.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.mesh.node.NodeAddress;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jgroups.Address;
import org.jgroups.protocols.raft.InternalCommand;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.util.Util;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recovery after a power loss: the log contains what was last forced to disk. */
class PowerLossTest {
    private static final Address B = NodeAddress.create("b", 3, 1);

    @TempDir
    Path folder;

    private RaftLog open() throws IOException {
        Path journal = folder.resolve("journal");
        return new RaftLog(journal, _ -> {}, file -> {
            file.sync();
            Path synced = Files.exists(folder.resolve("journal.new")) ? folder.resolve("journal.new") : journal;
            Files.copy(synced, folder.resolve("disk"), StandardCopyOption.REPLACE_EXISTING);
        });
    }

    private RaftLog reopenAfterPowerLoss() throws IOException {
        return new RaftLog(
                Files.copy(folder.resolve("disk"), folder.resolve("again"), StandardCopyOption.REPLACE_EXISTING),
                _ -> {});
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
        try (RaftLog log = open()) {
            log.currentTerm(4);
            try (RaftLog recovered = reopenAfterPowerLoss()) {
                assertThat(recovered.currentTerm()).isEqualTo(4);
            }
            log.votedFor(B);
            try (RaftLog recovered = reopenAfterPowerLoss()) {
                assertThat(recovered.currentTerm()).isEqualTo(4);
                assertThat(recovered.votedFor()).isEqualTo(B);
            }
        }
    }

    @Test
    @DisplayName("K-08 changes of the voters and their commit are on disk immediately; renewals need not be")
    void votersAreOnDisk_renewalsNeedNotBe() throws Exception {
        try (RaftLog log = open()) {
            log.append(1, LogEntries.create(addition("a")));
            try (RaftLog recovered = reopenAfterPowerLoss()) {
                assertThat(recovered.lastAppended()).isEqualTo(1);
            }
            log.commitIndex(1);
            try (RaftLog recovered = reopenAfterPowerLoss()) {
                assertThat(recovered.commitIndex()).isEqualTo(1);
            }
            log.append(2, LogEntries.create(renewal()));
            try (RaftLog recovered = reopenAfterPowerLoss()) {
                assertThat(recovered.lastAppended()).isEqualTo(1);
            }
            log.deleteAllEntriesStartingFrom(2);
            log.votedFor(B);
            log.setSnapshot(ByteBuffer.wrap(new byte[] {7}));
            log.truncate(1);
            try (RaftLog recovered = reopenAfterPowerLoss()) {
                assertThat(recovered.votedFor()).isEqualTo(B);
                assertThat(recovered.commitIndex()).isEqualTo(1);
                assertThat(recovered.getSnapshot()).isEqualTo(ByteBuffer.wrap(new byte[] {7}));
            }
        }
    }
}
