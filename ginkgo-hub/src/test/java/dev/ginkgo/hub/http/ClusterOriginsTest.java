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
    @DisplayName("K-19 the origin of a node that has left is allowed for an hour, and again when the node rejoins")
    void originOfFormerMember_isAllowedForAnHour() {
        origins.update(List.of("http://a", "http://b"));
        origins.update(List.of("http://b"));
        clock.advance(ClusterOrigins.RETENTION);
        assertThat(origins.allowed()).containsExactly("http://b", "http://a");
        clock.advance(ClusterOrigins.RETENTION.dividedBy(60));
        assertThat(origins.allowed()).containsExactly("http://b");
        origins.update(List.of("http://a", "http://b"));
        assertThat(origins.allowed()).containsExactly("http://a", "http://b");
    }

    @Test
    @DisplayName("K-19 the number of retained origins is limited, however many nodes join and leave")
    void retainedOrigins_areLimited() {
        for (int i = 0; i < 10 * ClusterOrigins.MAX_RETAINED; i++) {
            origins.update(List.of("http://" + i));
        }
        assertThat(origins.allowed())
                .hasSize(1 + ClusterOrigins.MAX_RETAINED)
                .contains("http://" + (9 * ClusterOrigins.MAX_RETAINED));
    }
}
