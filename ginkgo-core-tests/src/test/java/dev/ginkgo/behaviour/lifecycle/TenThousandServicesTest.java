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
    private int created;

    @Test
    @Timeout(60)
    @DisplayName("L-02 L-04 ten thousand children of one parent start in order and stop in reverse order")
    void startsAndStopsAWideTree() {
        Numbered root = new Numbered(0, 10_000);

        check(root, 10_001);
    }

    @Test
    @Timeout(60)
    @DisplayName("L-02 L-04 a tree of more than ten thousand services, ten per parent, starts in order and stops in"
            + " reverse order")
    void startsAndStopsADeepTree() {
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
        final int number = created++;
        final List<Numbered> childServices = new CopyOnWriteArrayList<>();

        /**
         * Creates a service with {@code width} children and {@code depth - 1} further levels; depth 0 has only leaves,
         * a negative depth is a leaf.
         */
        Numbered(int depth, int width) {
            List<Numbered> all = new ArrayList<>();
            for (int i = 0; i < (depth < 0 ? 0 : width); i++) {
                all.add(add("n-" + i, new Numbered(depth <= 1 ? -1 : depth - 1, width)));
            }
            childServices.addAll(all);
        }

        /** Appends the numbers in the expected start order: children before their parent. */
        List<Integer> expected(List<Integer> order) {
            childServices.forEach(child -> child.expected(order));
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
