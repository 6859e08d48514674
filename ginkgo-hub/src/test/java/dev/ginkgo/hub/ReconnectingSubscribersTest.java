package dev.ginkgo.hub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ChunkedInputStream;
import dev.ginkgo.hub.testing.EventSourceClient;
import dev.ginkgo.hub.testing.Measurements;
import dev.ginkgo.hub.testing.TestHub;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Subscribers that are disconnected at random points while messages are published, and resume with their last id: each
 * receives every message once and in order, or a gap. A failure reports its seed.
 */
class ReconnectingSubscribersTest {
    private static final String SHORT_HISTORY = "history.count = 100\nhistory.grace = '0s'";

    /** The messages and gaps of one subscriber. */
    private static final class SubscriberState {
        private volatile int next;
        private boolean gapAllowed = true; // the first message is not known
        private int gaps;

        void message(String text) {
            int number = Integer.parseInt(text);
            if (!gapAllowed) {
                assertThat(number).isEqualTo(next);
            }
            assertThat(number).isGreaterThanOrEqualTo(next);
            next = number + 1;
            gapAllowed = false;
        }

        void gap() {
            gapAllowed = true;
            gaps++;
        }
    }

    @FunctionalInterface
    private interface Client {
        /** Connects, resumes after the last message, reads this number of messages and disconnects. */
        void read(int messages) throws Exception;
    }

    @Test
    @DisplayName("H-15 H-16 EventSource client, disconnected 50 times: each message once and in order, or a gap")
    void sseResumes() throws Exception {
        disconnectOften(new Random().nextLong(), 50, "", ReconnectingSubscribersTest::sse);
        disconnectOften(new Random().nextLong(), 50, SHORT_HISTORY, ReconnectingSubscribersTest::sse);
    }

    @Test
    @DisplayName("H-15 H-16 line stream with since, disconnected 50 times: each message once and in order, or a gap")
    void lineStreamResumes() throws Exception {
        disconnectOften(new Random().nextLong(), 50, "", ReconnectingSubscribersTest::list);
        disconnectOften(new Random().nextLong(), 50, SHORT_HISTORY, ReconnectingSubscribersTest::list);
    }

    @Test
    @DisplayName("H-15 H-16 Java subscription, disconnected 50 times: each message once and in order, or a gap")
    void javaResumes() throws Exception {
        disconnectOften(new Random().nextLong(), 50, "", ReconnectingSubscribersTest::java);
        disconnectOften(new Random().nextLong(), 50, SHORT_HISTORY, ReconnectingSubscribersTest::java);
    }

    @Test
    @Tag("long")
    @DisplayName(
            "H-15 H-16 each kind of client, disconnected a thousand times: each message once and in order, or a gap")
    void resumesAThousandTimes() throws Exception {
        for (String settings : new String[] {"", SHORT_HISTORY}) {
            disconnectOften(new Random().nextLong(), 1_000, settings, ReconnectingSubscribersTest::sse);
            disconnectOften(new Random().nextLong(), 1_000, settings, ReconnectingSubscribersTest::list);
            disconnectOften(new Random().nextLong(), 1_000, settings, ReconnectingSubscribersTest::java);
        }
    }

    @FunctionalInterface
    private interface ClientKind {
        Client create(TestHub testHub, SubscriberState state);
    }

    private static void disconnectOften(long seed, int disconnects, String settings, ClientKind kind) throws Exception {
        Random random = new Random(seed);
        AtomicBoolean done = new AtomicBoolean();
        try (TestHub testHub = TestHub.startHub(settings)) {
            SubscriberState state = new SubscriberState();
            FutureTask<Integer> publishing =
                    new FutureTask<>(() -> publish(testHub.hub(), state, new Random(seed), done));
            Thread.ofVirtual().start(publishing);
            Client client = kind.create(testHub, state);
            try {
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                // With a short history, continues until there is a gap: on a busy machine that takes longer
                for (int i = 0;
                        i < disconnects || (hasNoGapYet(settings, state) && System.nanoTime() < deadline);
                        i++) {
                    client.read(random.nextInt(40));
                }
            } finally {
                done.set(true);
            }
            publishing.get(20, TimeUnit.SECONDS);
            assertThat(state.next).isPositive();
            Measurements.record(
                    "disconnected " + disconnects + " times, "
                            + (settings.isEmpty() ? "sufficient history" : "insufficient history"),
                    state.next + " messages, " + state.gaps + " gaps");
            if (settings.isEmpty()) {
                assertThat(state.gaps).isZero();
            } else {
                assertThat(state.gaps).isPositive();
            }
        } catch (Exception | AssertionError e) {
            throw new AssertionError(
                    "with seed " + seed + ", " + disconnects + " disconnects and settings \"" + settings + "\"", e);
        }
    }

    private static boolean hasNoGapYet(String settings, SubscriberState state) {
        return !settings.isEmpty() && state.gaps == 0;
    }

    /** Publishes numbers in bursts, mixed with messages of another channel; at most 500 ahead of the subscriber. */
    private static int publish(MessageHub hub, SubscriberState state, Random random, AtomicBoolean done) {
        int number = 0;
        while (!done.get()) {
            int burst = number - state.next > 500 ? 0 : random.nextInt(1, 200);
            for (int i = 0; i < burst; i++) {
                hub.publish("/a", Integer.toString(number++));
                hub.publish("/b", "other");
            }
            LockSupport.parkNanos(random.nextInt(1_000_000));
        }
        return number;
    }

    private static Client sse(TestHub testHub, SubscriberState state) {
        EventSourceClient source = new EventSourceClient(testHub, "/a?since=all");
        return messages -> {
            source.connect();
            int read = 0;
            while (read < messages) {
                EventSourceClient.Event event = source.next();
                switch (event.name()) {
                    case "start" -> {
                        if (event.data().contains("false")) {
                            state.gap();
                        }
                    }
                    case "gap" -> state.gap();
                    default -> {
                        state.message(event.data());
                        read++;
                    }
                }
            }
            source.disconnect();
        };
    }

    /** Subscribes to a list of channels, because its lines contain ids; lines of a single channel do not. */
    private static Client list(TestHub testHub, SubscriberState state) {
        String[] since = {"all"};
        return messages -> {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), testHub.port())) {
                socket.setSoTimeout(20_000);
                socket.getOutputStream()
                        .write(("GET /a,/quiet?since=" + since[0] + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                                .getBytes(StandardCharsets.US_ASCII));
                BufferedReader in = new BufferedReader(
                        new InputStreamReader(new ChunkedInputStream(socket.getInputStream()), StandardCharsets.UTF_8));
                int read = 0;
                while (read < messages) {
                    String line = in.readLine();
                    if (line == null) {
                        throw new IOException("unexpected end of stream");
                    }
                    if (line.contains("\"id\"")) {
                        since[0] = line.replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
                    }
                    if (line.contains("\"data\"")) {
                        state.message(line.replaceAll(".*\"data\":\"(\\d+)\".*", "$1"));
                        read++;
                    } else if (line.contains("\"recovered\":false") || line.contains("\"gap\"")) {
                        state.gap();
                    }
                }
            }
        };
    }

    private static Client java(TestHub testHub, SubscriberState state) {
        Since[] since = {Since.Point.ALL};
        return messages -> {
            try (Subscription subscription = testHub.hub()
                    .subscribe("/a", since[0])
                    .onGap(gap -> {
                        state.gap();
                        since[0] = new Since.After(gap.after());
                    })) {
                for (int i = 0; i < messages; i++) {
                    Message message = subscription.take();
                    state.message(message.text());
                    since[0] = new Since.After(message.id());
                }
            }
        };
    }
}
