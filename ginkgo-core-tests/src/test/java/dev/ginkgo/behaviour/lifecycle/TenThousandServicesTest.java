package dev.ginkgo.behaviour.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.Ginkgo;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class TenThousandServicesTest {
    private final List<Integer> started = Collections.synchronizedList(new ArrayList<>());
    private final List<Integer> stopped = Collections.synchronizedList(new ArrayList<>());
    private int made;

    @Test
    @Timeout(60)
    @DisplayName("L-02 L-04 ten thousand children of one parent start in order and stop in the exact mirror")
    void wide() {
        Numbered root = new Numbered(0, 10_000);

        check(root, 10_001);
    }

    @Test
    @Timeout(60)
    @DisplayName("L-02 L-04 a tree of more than ten thousand, ten below each, starts in order and stops in the mirror")
    void deep() {
        Numbered root = new Numbered(4, 10);

        check(root, 11_111);
    }

    private void check(Numbered root, int size) {
        Ginkgo ginkgo = Ginkgo.start(root);
        assertThat(started).hasSize(size).doesNotHaveDuplicates();
        assertThat(started).isEqualTo(root.expected(new ArrayList<>()));
        assertThat(ginkgo.status().ready()).isTrue();

        root.stop();

        assertThat(stopped).isEqualTo(started.reversed());
        await().until(() -> ginkgo.tasks().isEmpty());
        assertThat(ginkgo.status().notReady()).hasSize(1);
    }

    private final class Numbered extends dev.ginkgo.Service {
        final int number = made++;
        final List<Numbered> below = new CopyOnWriteArrayList<>();

        /** Width below, and below that {@code depth - 1} more; depth 0 is a root with leaves. */
        Numbered(int depth, int width) {
            List<Numbered> all = new ArrayList<>();
            for (int i = 0; i < (depth < 0 ? 0 : width); i++) {
                all.add(add("n-" + i, new Numbered(depth <= 1 ? -1 : depth - 1, width)));
            }
            below.addAll(all);
        }

        /** Children before their parent. */
        List<Integer> expected(List<Integer> order) {
            below.forEach(child -> child.expected(order));
            order.add(number);
            return order;
        }

        @Override
        protected void onStart() {
            started.add(number);
        }

        @Override
        protected void onStop() {
            stopped.add(number);
        }
    }
}
