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

/** What a machine that loses its power finds again: what the file was when it was last forced to the disk. */
class PowerLossTest {
    private static final Address B = NodeAddress.create("b", 3, 1);

    @TempDir
    Path folder;

    private RaftLog open() throws IOException {
        Path file = folder.resolve("journal");
        return new RaftLog(file, _ -> {}, descriptor -> {
            descriptor.sync();
            Path written = Files.exists(folder.resolve("journal.new")) ? folder.resolve("journal.new") : file;
            Files.copy(written, folder.resolve("disk"), StandardCopyOption.REPLACE_EXISTING);
        });
    }

    private RaftLog afterwards() throws IOException {
        return new RaftLog(
                Files.copy(folder.resolve("disk"), folder.resolve("again"), StandardCopyOption.REPLACE_EXISTING),
                _ -> {});
    }

    private static LogEntry renewal() {
        byte[] bytes = new RaftCommand(Kind.RENEW, 1, "a", 1).encode();
        return new LogEntry(1, bytes, 0, bytes.length);
    }

    private static LogEntry voter(String name) throws Exception {
        byte[] bytes = Util.streamableToByteBuffer(new InternalCommand(InternalCommand.Type.addServer, name));
        return new LogEntry(1, bytes, 0, bytes.length, true);
    }

    @Test
    @DisplayName("K-08 a term and a vote that were given are on the disk")
    void votes() throws IOException {
        try (RaftLog log = open()) {
            log.currentTerm(4);
            try (RaftLog again = afterwards()) {
                assertThat(again.currentTerm()).isEqualTo(4);
            }
            log.votedFor(B);
            try (RaftLog again = afterwards()) {
                assertThat(again.currentTerm()).isEqualTo(4);
                assertThat(again.votedFor()).isEqualTo(B);
            }
        }
    }

    @Test
    @DisplayName("K-08 so is who votes, and that it is committed; a renewal need not be")
    void voters() throws Exception {
        try (RaftLog log = open()) {
            log.append(1, LogEntries.create(voter("a")));
            try (RaftLog again = afterwards()) {
                assertThat(again.lastAppended()).isEqualTo(1);
            }
            log.commitIndex(1);
            try (RaftLog again = afterwards()) {
                assertThat(again.commitIndex()).isEqualTo(1);
            }
            log.append(2, LogEntries.create(renewal()));
            try (RaftLog again = afterwards()) {
                assertThat(again.lastAppended()).isEqualTo(1);
            }
            log.deleteAllEntriesStartingFrom(2);
            log.votedFor(B);
            log.setSnapshot(ByteBuffer.wrap(new byte[] {7}));
            log.truncate(1);
            try (RaftLog again = afterwards()) {
                assertThat(again.votedFor()).isEqualTo(B);
                assertThat(again.commitIndex()).isEqualTo(1);
                assertThat(again.getSnapshot()).isEqualTo(ByteBuffer.wrap(new byte[] {7}));
            }
        }
    }
}
