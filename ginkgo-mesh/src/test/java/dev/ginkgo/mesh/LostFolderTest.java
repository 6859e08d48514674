package dev.ginkgo.mesh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.config.Address;
import dev.ginkgo.mesh.Clusters.Node;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node that has lost its memory, and may found a cluster alone. */
class LostFolderTest {
    @TempDir
    Path folder;

    private void forget(Address identity) throws IOException {
        Path its = folder.resolve(identity.toString().replaceAll("[^A-Za-z0-9.]", "-"));
        try (Stream<Path> all = Files.walk(its)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    @Test
    @DisplayName(
            "K-08 K-10 a founder that comes back without its folder leaves the others their leader, and soon leads nobody")
    void founder() throws Exception {
        try (Clusters clusters = new Clusters(folder)) {
            // Given a cluster of three, whose founder has nobody to join
            Node a = clusters.start("");
            await().atMost(Clusters.PATIENCE).until(a.cluster()::isLeader);
            Node b = clusters.start("", a.identity());
            Node c = clusters.start("", a.identity());
            Clusters.awaitTogether(a, b, c);
            await().atMost(Clusters.PATIENCE).until(() -> Stream.of(a, b, c).allMatch(each -> each.voters() == 3));

            // When that is stopped, and comes back with an empty folder
            a.tree().stop();
            Node leader = Clusters.awaitLeader(b, c);
            forget(a.identity());
            Node again = clusters.start(a.identity(), "");

            // Then it gives way to the others, who lead on
            await().atMost(Clusters.PATIENCE)
                    .until(() -> again.reason().contains("this node of")
                            && !again.cluster().isLeader());
            await().during(Duration.ofSeconds(8))
                    .atMost(Clusters.PATIENCE)
                    .until(() -> leader.cluster().isLeader() && !again.cluster().isLeader());

            // And joins them when what it says is done
            again.tree().stop();
            forget(a.identity());
            Node back = clusters.start(a.identity(), "", b.identity());
            Clusters.awaitTogether(b, c, back);
            assertThat(Clusters.awaitLeader(b, c, back)).isEqualTo(leader);
        }
    }
}
