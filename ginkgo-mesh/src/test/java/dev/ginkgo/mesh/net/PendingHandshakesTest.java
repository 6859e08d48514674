package dev.ginkgo.mesh.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PendingHandshakesTest {
    @Test
    @DisplayName("K-28 pending connections are closed, and so is one that is added afterwards")
    void close_alsoClosesLaterConnections() {
        PendingHandshakes pending = new PendingHandshakes();
        Socket early = new Socket();
        assertThat(pending.add(early)).isTrue();

        pending.close();
        Socket late = new Socket();

        assertThat(pending.add(late)).isFalse();
        assertThat(List.of(early, late)).allMatch(Socket::isClosed);
    }

    @Test
    @DisplayName("K-17 the connection that has been pending for longest is closed if there are too many")
    void tooMany_closesTheOldest() {
        PendingHandshakes pending = new PendingHandshakes();
        List<Socket> sockets = Stream.generate(Socket::new).limit(65).toList();

        sockets.forEach(pending::add);

        assertThat(sockets.getFirst().isClosed()).isTrue();
        assertThat(sockets.subList(1, sockets.size())).noneMatch(Socket::isClosed);
    }
}
