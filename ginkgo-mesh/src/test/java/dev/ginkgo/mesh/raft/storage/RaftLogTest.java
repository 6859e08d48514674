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
    private final List<RaftCommand> told = new ArrayList<>();

    @BeforeEach
    void name() {
        file = folder.resolve("journal");
    }

    private RaftLog open() throws IOException {
        told.clear();
        return new RaftLog(file, told::add);
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
    @DisplayName("a change of the voters counts from where it is in the log, and no longer if it is deleted from it")
    void voters() throws Exception {
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
    @DisplayName("term, vote, entries and what is committed are there after a restart, and each renewal is told")
    void survives() throws IOException {
        ExtendedUUID vote = NodeAddress.create("b", 3, 1);
        try (RaftLog log = open()) {
            log.currentTerm(4);
            log.votedFor(vote);
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 4), entry(Kind.RENEW, 4), entry(Kind.RENEW, 4)));
            log.commitIndex(2);
            assertThat(told).hasSize(2);
        }
        try (RaftLog log = open()) {
            assertThat(log).hasToString("entries 1 to 3, 2 committed, term 4");
            assertThat(log.votedFor()).isEqualTo(vote);
            assertThat(log.firstAppended()).isZero();
            assertThat(told).hasSize(2).allMatch(each -> each.kind() == Kind.RENEW);
        }
    }

    @Test
    @DisplayName("the term never goes back, whatever is deleted or sent again: a node votes once in a term")
    void termOnlyGrows() throws IOException {
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
    @DisplayName("a vote is of its term: in the next one the node has not voted, whether the file was replaced or not")
    void voteOfItsTerm() throws IOException {
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
    @DisplayName("what was cut off when the node died is left out, wherever it was cut")
    void tornTail() throws IOException {
        long whole;
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1), entry(Kind.RENEW, 1)));
            whole = Files.size(file);
            log.append(3, entries(entry(Kind.RENEW, 1)));
        }
        byte[] all = Files.readAllBytes(file);
        for (int length = (int) whole; length < all.length; length++) {
            Files.write(file, Arrays.copyOf(all, length));
            try (RaftLog log = open()) {
                assertThat(log.lastAppended()).as("cut at %d", length).isEqualTo(2);
                log.append(3, entries(entry(Kind.RENEW, 2)));
            }
            try (RaftLog log = open()) {
                assertThat(log.lastAppended())
                        .as("written after a cut at %d", length)
                        .isEqualTo(3);
            }
        }
    }

    @Test
    @DisplayName("a record that was changed on the disk ends the log there")
    void changed() throws IOException {
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
    @DisplayName("zeros at the end, as a disk may leave them when the machine loses its power, are left out")
    void zeros() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1), entry(Kind.RENEW, 1)));
        }
        byte[] all = Files.readAllBytes(file);
        for (int more : new int[] {1, 8, 9, 4096}) {
            Files.write(file, Arrays.copyOf(all, all.length + more));
            try (RaftLog log = open()) {
                assertThat(log.lastAppended()).as("%d zeros", more).isEqualTo(2);
            }
            assertThat(file).hasSize(all.length);
        }
    }

    @Test
    @DisplayName(
            "K-08 a journal that was changed before its end is not read: the node would forget votes, and who votes")
    void changedBeforeItsEnd() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1)));
            log.currentTerm(7);
            log.votedFor(NodeAddress.create("b", 3, 1));
            log.append(2, entries(entry(Kind.RENEW, 7)));
        }
        byte[] all = Files.readAllBytes(file);
        int last = lastRecord(all);
        for (int place = 0; place < last; place++) {
            byte[] changed = all.clone();
            changed[place] ^= 0x10;
            Files.write(file, changed);

            assertThatThrownBy(this::open)
                    .as("byte %d", place)
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("has been changed on the disk")
                    .hasMessageContaining("remove it to let this node join anew");
            assertThat(file).hasBinaryContent(changed);
        }
    }

    /** Where the last record begins. */
    private static int lastRecord(byte[] all) {
        ByteBuffer records = ByteBuffer.wrap(all);
        int begin = 0;
        for (int at = 0; at < all.length; at += 2 * Integer.BYTES + records.getInt(at)) {
            begin = at;
        }
        return begin;
    }

    @Test
    @DisplayName("what is committed is not deleted")
    void committedStays() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1)));
            log.commitIndex(1);
            assertThatThrownBy(() -> log.deleteAllEntriesStartingFrom(1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("committed");
        }
    }

    @Test
    @DisplayName("if the journal cannot be replaced, because the disk is full, memory and disk go on as they were")
    void fullDisk() throws IOException {
        try (RaftLog log = open()) {
            log.currentTerm(3);
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 3), entry(Kind.RENEW, 3), entry(Kind.RENEW, 3)));
            log.commitIndex(3);
            Path fresh = Files.createDirectory(folder.resolve("journal.new")); // nothing can be written there

            assertThatThrownBy(() -> log.reinitializeTo(200, entry(Kind.RENEW, 7)))
                    .isInstanceOf(UncheckedIOException.class);
            assertThatThrownBy(() -> log.truncate(3)).isInstanceOf(UncheckedIOException.class);
            assertThat(log).hasToString("entries 1 to 3, 3 committed, term 3");

            Files.delete(fresh);
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
    @DisplayName("a hundred thousand renewals leave the file and the memory flat")
    void flat() throws IOException {
        try (RaftLog log = open()) {
            log.append(1, entries(entry(Kind.FORM_CLUSTER, 1)));
            for (long index = 2; index <= 100_000; index++) {
                log.append(index, entries(entry(Kind.RENEW, 1)));
                log.commitIndex(index);
                told.clear();
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
