package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.testing.FakeClock;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClusterOriginsTest {
    private final FakeClock clock = new FakeClock();
    private final ClusterOrigins origins = new ClusterOrigins(clock);

    @Test
    @DisplayName("K-19 the page of a node that has left is welcome for an hour, and again when the node comes back")
    void anHour() {
        origins.are(List.of("http://a", "http://b"));
        origins.are(List.of("http://b"));
        clock.advance(ClusterOrigins.KEPT);
        assertThat(origins.all()).containsExactly("http://b", "http://a");
        clock.advance(ClusterOrigins.KEPT.dividedBy(60));
        assertThat(origins.all()).containsExactly("http://b");
        origins.are(List.of("http://a", "http://b"));
        assertThat(origins.all()).containsExactly("http://a", "http://b");
    }

    @Test
    @DisplayName("K-19 however many nodes come and go, so many are remembered and no more")
    void bounded() {
        for (int i = 0; i < 10 * ClusterOrigins.MOST; i++) {
            origins.are(List.of("http://" + i));
        }
        assertThat(origins.all()).hasSize(1 + ClusterOrigins.MOST).contains("http://" + (9 * ClusterOrigins.MOST));
    }
}
