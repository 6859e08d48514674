package dev.ginkgo.mesh.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.mesh.node.NodeAddress;
import dev.ginkgo.mesh.raft.storage.RaftCommand.Kind;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jgroups.protocols.raft.InternalCommand;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;
import org.jgroups.util.ExtendedUUID;
import org.jgroups.util.Util;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RaftLogTest {
    @TempDir
    Path folder;

    private Path file;
    private final List<RaftCommand> renewals = new ArrayList<>();

    @BeforeEach
    void resolveFile() {
        file = folder.resolve("journal");
    }

    private RaftLog open() throws IOException {
        renewals.clear();
        return new RaftLog(file, renewals::add, _ -> {}); // PowerLossTest tests what is forced to disk
    }

    private static LogEntry entry(Kind kind, long term) {
        byte[] bytes = new RaftCommand(kind, term, "a", 1).encode();
        return new LogEntry(term, bytes, 0, bytes.length);
    }

    private static LogEntry change(InternalCommand.Type type, String name) throws Exception {
        byte[] bytes = Util.streamableToByteBuffer(new InternalCommand(type, name));
        return new LogEntry(1, bytes, 0, bytes.length, true);
    }

    @Test
    @DisplayName("a change of the voters takes effect when it is in the log, and not any more when it is deleted")
    void changesOfVoters_countUnlessDeleted() throws Exception {
        try (RaftLog log = open()) {
            log.append(
                    1,
                    entries(
                            change(InternalCommand.Type.addServer, "a"),
                            change(InternalCommand.Type.addServer, "b"),
                            entry(Kind.RENEW, 1)));
            log.commitIndex(1);
            log.append(4, entries(change(InternalCommand.Type.removeServer, "a")));
        }
        try (RaftLog log = open()) {
            assertThat(log.voters(List.of("a", "c"))).containsExactlyInAnyOrder("b", "c");
            log.deleteAllEntriesStartingFrom(4);
            assertThat(log.voters(List.of("a", "c"))).containsExactlyInAnyOrder("a", "b", "c");
            log.deleteAllEntriesStartingFrom(2);
            assertThat(log.voters(List.of("a", "c"))).containsExactlyInAnyOrder("a", "c");
        }
    }

    private static LogEntries entries(LogEntry... all) {
        return LogEntries.create(all);
    }

    @Test
    @DisplayName("term, vote, entries and commit index survive a restart, and each renewal is reported")
    void state_survivesRestart() throws IOException {
        ExtendedUUID vote = NodeAddress.create("b", 3, 1);
        try (RaftLog log = open()) {
            log.currentTerm(4);
            log.votedFor(vote);
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 4), entry(Kind.RENEW, 4), entry(Kind.RENEW, 4)));
            log.commitIndex(2);
            assertThat(renewals).hasSize(2);
        }
        try (RaftLog log = open()) {
            assertThat(log).hasToString("entries 1 to 3, 2 committed, term 4");
            assertThat(log.votedFor()).isEqualTo(vote);
            assertThat(log.firstAppended()).isZero();
            assertThat(renewals).hasSize(2).allMatch(each -> each.kind() == Kind.RENEW);
        }
    }

    @Test
    @DisplayName("the term never decreases when entries are deleted or retransmitted: a node votes once in a term")
    void term_neverDecreases() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1), entry(Kind.RENEW, 1)));
            log.currentTerm(7);
            log.votedFor(NodeAddress.create("b", 3, 1));
            log.deleteAllEntriesStartingFrom(2);
            log.append(2, entries(entry(Kind.RENEW, 1)));
            log.currentTerm(3);
        }
        try (RaftLog log = open()) {
            assertThat(log.currentTerm()).isEqualTo(7);
            assertThat(log.votedFor()).isNotNull();
        }
    }

    @Test
    @DisplayName("a vote belongs to its term: in the next term the node has not voted, also after a rewrite")
    void vote_belongsToItsTerm() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1)));
            log.currentTerm(7);
            log.votedFor(NodeAddress.create("b", 3, 1));
            log.currentTerm(8);
            assertThat(log.votedFor()).isNull();
        }
        try (RaftLog log = open()) {
            assertThat(log.votedFor()).isNull();
            log.votedFor(NodeAddress.create("b", 3, 1));
            log.currentTerm(9);
            log.commitIndex(1);
            log.truncate(1);
        }
        try (RaftLog log = open()) {
            assertThat(log.currentTerm()).isEqualTo(9);
            assertThat(log.votedFor()).isNull();
        }
    }

    @Test
    @DisplayName("a record truncated by a crash is discarded, at whatever byte it was truncated")
    void incompleteRecord_isDiscarded() throws IOException {
        long validLength;
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1), entry(Kind.RENEW, 1)));
            validLength = Files.size(file);
            log.append(3, entries(entry(Kind.RENEW, 1)));
        }
        byte[] all = Files.readAllBytes(file);
        for (int length = (int) validLength; length < all.length; length++) {
            Files.write(file, Arrays.copyOf(all, length));
            try (RaftLog log = open()) {
                assertThat(log.lastAppended()).as("truncated at %d", length).isEqualTo(2);
                log.append(3, entries(entry(Kind.RENEW, 2)));
            }
            try (RaftLog log = open()) {
                assertThat(log.lastAppended())
                        .as("appended after truncation at %d", length)
                        .isEqualTo(3);
            }
        }
    }

    @Test
    @DisplayName("if the last record was altered on disk, the log ends before it")
    void alteredLastRecord_endsTheLog() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1), entry(Kind.RENEW, 1)));
        }
        byte[] all = Files.readAllBytes(file);
        all[all.length - 1] ^= 1;
        Files.write(file, all);
        try (RaftLog log = open()) {
            assertThat(log.lastAppended()).isEqualTo(1);
        }
    }

    @Test
    @DisplayName("zeros at the end, as a disk may leave them after a power loss, are discarded")
    void trailingZeros_areDiscarded() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1), entry(Kind.RENEW, 1)));
        }
        byte[] all = Files.readAllBytes(file);
        for (int count : new int[] {1, 8, 9, 4096}) {
            Files.write(file, Arrays.copyOf(all, all.length + count));
            try (RaftLog log = open()) {
                assertThat(log.lastAppended()).as("%d zeros", count).isEqualTo(2);
            }
            assertThat(file).hasSize(all.length);
        }
    }

    @Test
    @DisplayName("K-08 a log file that was altered before its end is rejected: votes and voters could be lost")
    void fileAlteredBeforeItsEnd_isRejected() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1)));
            log.currentTerm(7);
            log.votedFor(NodeAddress.create("b", 3, 1));
            log.append(2, entries(entry(Kind.RENEW, 7)));
        }
        byte[] all = Files.readAllBytes(file);
        int lastOffset = offsetOfLastRecord(all);
        for (int index = 0; index < lastOffset; index++) {
            byte[] altered = all.clone();
            altered[index] ^= 0x10;
            Files.write(file, altered);

            assertThatThrownBy(this::open)
                    .as("byte %d", index)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("was altered on disk")
                    .hasMessageContaining("delete it to let this node join without previous state");
            assertThat(file).hasBinaryContent(altered);
        }
    }

    /** Returns the offset of the last record. */
    private static int offsetOfLastRecord(byte[] all) {
        ByteBuffer records = ByteBuffer.wrap(all);
        int recordOffset = 0;
        for (int nextOffset = 0;
                nextOffset < all.length;
                nextOffset += 2 * Integer.BYTES + records.getInt(nextOffset)) {
            recordOffset = nextOffset;
        }
        return recordOffset;
    }

    @Test
    @DisplayName("committed entries cannot be deleted")
    void committedEntries_areNotDeleted() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1)));
            log.commitIndex(1);
            assertThatThrownBy(() -> log.deleteAllEntriesStartingFrom(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("committed");
        }
    }

    @Test
    @DisplayName(
            "if the file cannot be rewritten, for example because the disk is full, memory and file remain unchanged")
    void failedRewrite_changesNothing() throws IOException {
        try (RaftLog log = open()) {
            log.currentTerm(3);
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 3), entry(Kind.RENEW, 3), entry(Kind.RENEW, 3)));
            log.commitIndex(3);
            Path blocked = Files.createDirectory(folder.resolve("journal.new")); // makes writing this file fail

            assertThatThrownBy(() -> log.reinitializeTo(200, entry(Kind.RENEW, 7)))
                    .isInstanceOf(UncheckedIOException.class);
            assertThatThrownBy(() -> log.truncate(3)).isInstanceOf(UncheckedIOException.class);
            assertThat(log).hasToString("entries 1 to 3, 3 committed, term 3");

            Files.delete(blocked);
            log.append(4, entries(entry(Kind.RENEW, 3)));
        }
        try (RaftLog log = open()) {
            assertThat(log).hasToString("entries 1 to 4, 3 committed, term 3");
            log.truncate(3);
        }
        try (RaftLog log = open()) {
            assertThat(log).hasToString("entries 3 to 4, 3 committed, term 3");
        }
    }

    @Test
    @DisplayName("K-31 a snapshot that cannot be written does not replace the previous one")
    void failedSnapshot_keepsPrevious() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1), entry(Kind.RENEW, 1)));
            log.commitIndex(2);
            log.setSnapshot(ByteBuffer.wrap(new byte[] {1}));
            log.truncate(2);
            Path blocked = Files.createDirectory(folder.resolve("journal.new"));

            log.setSnapshot(ByteBuffer.wrap(new byte[] {2}));
            assertThatThrownBy(() -> log.reinitializeTo(200, entry(Kind.RENEW, 7)))
                    .isInstanceOf(UncheckedIOException.class);
            assertThat(log.getSnapshot()).isEqualTo(ByteBuffer.wrap(new byte[] {1}));

            Files.delete(blocked);
            log.truncate(2);
        }
        try (RaftLog log = open()) {
            assertThat(log.getSnapshot()).isEqualTo(ByteBuffer.wrap(new byte[] {1}));
            assertThat(log).hasToString("entries 2 to 2, 2 committed, term 0");
        }
    }

    @Test
    @DisplayName("K-31 a log that cannot be written is not opened: the node does not join before the disk has space")
    void logThatCannotBeWritten_isNotOpened() throws IOException {
        try (RaftLog log = open()) {
            log.currentTerm(4);
        }
        Path blocked = Files.createDirectory(folder.resolve("journal.new"));
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot write " + file)
                .hasMessageContaining("free disk space");

        Files.delete(blocked);
        try (RaftLog log = open()) {
            assertThat(log.currentTerm()).isEqualTo(4);
        }
    }

    @Test
    @DisplayName("a hundred thousand renewals do not make the file or the memory grow")
    void sizeStaysBounded() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1)));
            for (long index = 2; index <= 100_000; index++) {
                log.append(index, entries(entry(Kind.RENEW, 1)));
                log.commitIndex(index);
                renewals.clear();
                if (index % 500 == 0) {
                    log.setSnapshot(ByteBuffer.wrap(new byte[100]));
                    log.truncate(index);
                    assertThat(Files.size(file)).isLessThan(1_000);
                }
            }
            assertThat(log.size()).isLessThanOrEqualTo(500);
            assertThat(Files.size(file)).isLessThan(100_000);
            assertThat(log.get(100_000)).isNotNull();
            assertThat(log.get(99_000)).isNull();
        }
        try (RaftLog log = open()) {
            assertThat(log).hasToString("entries 100000 to 100000, 100000 committed, term 0");
            assertThat(log.getSnapshot()).isEqualTo(ByteBuffer.wrap(new byte[100]));
        }
    }
}
