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

/** Subscribers come and go on channels without messages, so cleanup must not depend on a publish. */
class IdleChannelChurnTest {
    private static final int TEMPORARY = 1_500;
    private static final String[] PATHS = {"/quiet", "/quiet?as=sse", "/quiet?as=ndjson", "/quiet/*", "/quiet?poll=1"};

    /**
     * Number of subscribers that stay, one in each format, so that state shared with the temporary ones is not discarded.
     * The last subscribes to a pattern that does not match the channel.
     */
    private static final int PERMANENT = 4;

    private static final int MATCHING = PERMANENT - 1;

    /** Maximum heap retained per temporary subscriber, in bytes; a connection and a cursor take many times as much. */
    private static final long MAX_RETAINED = 200;

    @Test
    @DisplayName(
            "H-02 1,500 subscribers that come and go, while others stay and nothing is published, leave nothing behind")
    void temporarySubscribers_leaveNothingBehind() throws Exception {
        try (TestHub testHub = TestHub.start("max-connections-per-address = 100", "heartbeat = '1h'");
                ClientGroup permanent = ClientGroup.of(PERMANENT, i -> testHub.lines(PATHS[i]))) {
            subscribeAndDisconnect(testHub, TEMPORARY / 4); // load classes, fill caches
            long before = heap();

            // When
            subscribeAndDisconnect(testHub, TEMPORARY);

            // Then
            long retained = heap() - before;
            Measurements.record(
                    "heap that " + TEMPORARY + " temporary subscribers of a quiet channel retain, bytes", retained);
            assertThat(retained).isLessThan(TEMPORARY * MAX_RETAINED);
            long writes = testHub.hub().stats().writes();
            testHub.hub().publish("/quiet", "first message");
            for (int i = 0; i < MATCHING; i++) {
                permanent.get(i).readTo("first message");
            }
            assertThat(testHub.hub().stats().writes() - writes).isEqualTo(MATCHING);
        }
    }

    private static void subscribeAndDisconnect(TestHub testHub, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            String path = PATHS[i % PATHS.length];
            try (RawHttpClient client = testHub.request("GET " + path)) {
                if (!path.contains("poll")) { // a poll sends no head before its response is complete
                    client.head();
                }
                if (i % 2 == 0) {
                    client.reset();
                }
            }
        }
        await().until(() -> testHub.hub().stats().subscribers() == PERMANENT
                && HubAccess.http(testHub.hub()).connectionCount() == PERMANENT);
    }

    private static long heap() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
