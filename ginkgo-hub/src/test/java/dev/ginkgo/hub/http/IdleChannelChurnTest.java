package dev.ginkgo.hub.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.HubAccess;
import dev.ginkgo.hub.testing.ClientGroup;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Readers come and go where nothing is published: no message sweeps up after them. */
class IdleChannelChurnTest {
    private static final int GUESTS = 1_500;
    private static final String[] PATHS = {"/quiet", "/quiet?as=sse", "/quiet?as=ndjson", "/quiet/*", "/quiet?poll=1"};

    /** One in each form, so that what the guests share with others lives on; the last of them reads elsewhere. */
    private static final int STAYING = 4;

    private static final int READING = STAYING - 1;

    /** What a guest may leave: a fraction of what its connection and its place take. */
    private static final long MOST = 200;

    @Test
    @DisplayName("H-02 of 1,500 readers that come and go while some stay, and nothing is published, nothing is left")
    void nothingIsLeft() throws Exception {
        try (TestHub testHub = TestHub.start("max-connections-per-address = 100", "heartbeat = '1h'");
                ClientGroup staying = ClientGroup.of(STAYING, i -> testHub.lines(PATHS[i]))) {
            visit(testHub, GUESTS / 4); // loads classes, fills caches
            long before = heap();

            // When
            visit(testHub, GUESTS);

            // Then
            long left = heap() - before;
            Measurements.record("heap that " + GUESTS + " guests of a quiet channel leave, bytes", left);
            assertThat(left).isLessThan(GUESTS * MOST);
            long writes = testHub.hub().stats().writes();
            testHub.hub().publish("/quiet", "at last");
            for (int i = 0; i < READING; i++) {
                staying.get(i).readTo("at last");
            }
            assertThat(testHub.hub().stats().writes() - writes).isEqualTo(READING);
        }
    }

    private static void visit(TestHub testHub, int guests) throws IOException {
        for (int i = 0; i < guests; i++) {
            String path = PATHS[i % PATHS.length];
            try (RawHttpClient guest = testHub.request("GET " + path)) {
                if (!path.contains("poll")) { // which says nothing before it has something to say
                    guest.head();
                }
                if (i % 2 == 0) {
                    guest.reset();
                }
            }
        }
        await().until(() -> testHub.hub().stats().subscribers() == STAYING
                && HubAccess.http(testHub.hub()).connectionCount() == STAYING);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
