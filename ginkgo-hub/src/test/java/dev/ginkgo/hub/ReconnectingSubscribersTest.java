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
 * Readers that are cut at random points while messages are published, and come back with the id that they saw last:
 * each gets every message once and in order, or is told that some are lost. The seed of a failure is in its message.
 */
class ReconnectingSubscribersTest {
    private static final String SMALL = "history.count = 100\nhistory.grace = '0s'";

    /** What one reader has had, and been told. */
    private static final class Reading {
        private volatile int next;
        private boolean excused = true; // where it begins is not known
        private int gaps;

        void message(String text) {
            int number = Integer.parseInt(text);
            if (!excused) {
                assertThat(number).isEqualTo(next);
            }
            assertThat(number).isGreaterThanOrEqualTo(next);
            next = number + 1;
            excused = false;
        }

        void lost() {
            excused = true;
            gaps++;
        }
    }

    @FunctionalInterface
    private interface Part {
        /** Reads so many messages, after the last that the record has had, and is cut. */
        void read(int messages) throws Exception;
    }

    @Test
    @DisplayName("H-15 H-16 by EventSource's rules: cut 50 times, each message once and in order, or the gap is told")
    void sse() throws Exception {
        cut(new Random().nextLong(), 50, "", ReconnectingSubscribersTest::sse);
        cut(new Random().nextLong(), 50, SMALL, ReconnectingSubscribersTest::sse);
    }

    @Test
    @DisplayName("H-15 H-16 over the line stream with since: cut 50 times, each once and in order, or the gap is told")
    void lines() throws Exception {
        cut(new Random().nextLong(), 50, "", ReconnectingSubscribersTest::list);
        cut(new Random().nextLong(), 50, SMALL, ReconnectingSubscribersTest::list);
    }

    @Test
    @DisplayName("H-15 H-16 in Java: cut 50 times, each once and in order, or the gap is told")
    void java() throws Exception {
        cut(new Random().nextLong(), 50, "", ReconnectingSubscribersTest::java);
        cut(new Random().nextLong(), 50, SMALL, ReconnectingSubscribersTest::java);
    }

    @Test
    @Tag("long")
    @DisplayName("H-15 H-16 the same, cut a thousand times")
    void thousand() throws Exception {
        for (String settings : new String[] {"", SMALL}) {
            cut(new Random().nextLong(), 1_000, settings, ReconnectingSubscribersTest::sse);
            cut(new Random().nextLong(), 1_000, settings, ReconnectingSubscribersTest::list);
            cut(new Random().nextLong(), 1_000, settings, ReconnectingSubscribersTest::java);
        }
    }

    @FunctionalInterface
    private interface Kind {
        Part of(TestHub testHub, Reading record);
    }

    private static void cut(long seed, int cuts, String settings, Kind kind) throws Exception {
        Random random = new Random(seed);
        AtomicBoolean over = new AtomicBoolean();
        try (TestHub testHub = TestHub.startHub(settings)) {
            Reading record = new Reading();
            FutureTask<Integer> publishing =
                    new FutureTask<>(() -> publish(testHub.hub(), record, new Random(seed), over));
            Thread.ofVirtual().start(publishing);
            Part part = kind.of(testHub, record);
            try {
                long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
                // With too short a history it goes on until it was overtaken: on a busy machine that takes longer
                for (int i = 0; i < cuts || (notOvertaken(settings, record) && System.nanoTime() < deadline); i++) {
                    part.read(random.nextInt(40));
                }
            } finally {
                over.set(true);
            }
            publishing.get(20, TimeUnit.SECONDS);
            assertThat(record.next).isPositive();
            Measurements.record(
                    "cut " + cuts + " times, " + (settings.isEmpty() ? "history enough" : "history too short"),
                    record.next + " messages, told " + record.gaps + " times that some are lost");
            if (settings.isEmpty()) {
                assertThat(record.gaps).isZero();
            } else {
                assertThat(record.gaps).isPositive();
            }
        } catch (Exception | AssertionError e) {
            throw new AssertionError("with seed " + seed + ", " + cuts + " cuts and \"" + settings + "\"", e);
        }
    }

    private static boolean notOvertaken(String settings, Reading record) {
        return !settings.isEmpty() && record.gaps == 0;
    }

    /** Publishes numbers, and among them others elsewhere, in bursts; never more than 500 before the reader. */
    private static int publish(MessageHub hub, Reading reading, Random random, AtomicBoolean over) {
        int number = 0;
        while (!over.get()) {
            int burst = number - reading.next > 500 ? 0 : random.nextInt(1, 200);
            for (int i = 0; i < burst; i++) {
                hub.publish("/a", Integer.toString(number++));
                hub.publish("/b", "other");
            }
            LockSupport.parkNanos(random.nextInt(1_000_000));
        }
        return number;
    }

    private static Part sse(TestHub testHub, Reading record) {
        EventSourceClient source = new EventSourceClient(testHub, "/a?since=all");
        return messages -> {
            source.connect();
            int read = 0;
            while (read < messages) {
                EventSourceClient.Event event = source.next();
                switch (event.name()) {
                    case "start" -> {
                        if (event.data().contains("false")) {
                            record.lost();
                        }
                    }
                    case "gap" -> record.lost();
                    default -> {
                        record.message(event.data());
                        read++;
                    }
                }
            }
            source.disconnect();
        };
    }

    /** Lines have ids where they tell their channel: of a list. */
    private static Part list(TestHub testHub, Reading record) {
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
                        throw new IOException("the stream has ended");
                    }
                    if (line.contains("\"id\"")) {
                        since[0] = line.replaceAll(".*\"id\":\"([^\"]+)\".*", "$1");
                    }
                    if (line.contains("\"data\"")) {
                        record.message(line.replaceAll(".*\"data\":\"(\\d+)\".*", "$1"));
                        read++;
                    } else if (line.contains("\"recovered\":false") || line.contains("\"gap\"")) {
                        record.lost();
                    }
                }
            }
        };
    }

    private static Part java(TestHub testHub, Reading record) {
        Since[] since = {Since.Point.ALL};
        return messages -> {
            try (Subscription subscription = testHub.hub()
                    .subscribe("/a", since[0])
                    .onGap(gap -> {
                        record.lost();
                        since[0] = new Since.After(gap.after());
                    })) {
                for (int i = 0; i < messages; i++) {
                    Message message = subscription.take();
                    record.message(message.text());
                    since[0] = new Since.After(message.id());
                }
            }
        };
    }
}
