package dev.ginkgo.hub.delivery;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.channel.SubscribeRequest;
import dev.ginkgo.hub.delivery.sender.TestSenders;
import dev.ginkgo.hub.framing.WireFormat;
import dev.ginkgo.hub.message.Since;
import dev.ginkgo.hub.testing.ChunkedStreamClient;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Subscribers that stall, close, reset and reconnect at random moments, while messages are evicted and sockets accept parts of
 * what is sent. Each subscriber checks every byte. Memory is overwritten when it is released, so a byte that is sent too late
 * is wrong; a byte that is sent to another connection is a frame too many there. Sockets are adopted from Netty.
 */
class SenderStressTest {
    private static final int TIMEOUT_MILLIS = 60_000;
    private static final int HISTORY = 30;
    private static final Pattern GAP = Pattern.compile("\"event\":\"gap\",\"missed\":(\\d+|null)");
    private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");

    @Test
    @DisplayName(
            "H-303 every byte is right at subscribers that stall, close, reset and reconnect while slabs are evicted")
    void everyByteIsRight() throws Exception {
        run(new Random().nextLong(), 40, 3_000);
    }

    @Test
    @Tag("long")
    @DisplayName("H-303 every byte is right in repetitions with more subscribers")
    void everyByteIsRight_repeatedly() throws Exception {
        for (int i = 0; i < 20; i++) {
            run(new Random().nextLong(), 150, 4_000);
        }
    }

    private static void run(long seed, int subscribers, int messages) throws Exception {
        new Run(seed, messages).execute(subscribers);
    }

    private static final class Run {
        private final long seed;
        private final int messages;
        private volatile @Nullable EngineFixture fixture;
        private int published; // guarded by this
        private int received; // guarded by this; the highest number
        private final AtomicLong calls = new AtomicLong();
        private final AtomicLong frames = new AtomicLong();
        private final AtomicLong gaps = new AtomicLong();
        private final AtomicLong sessions = new AtomicLong();

        Run(long seed, int messages) {
            this.seed = seed;
            this.messages = messages;
        }

        void execute(int subscribers) throws Exception {
            try (EngineFixture started = new EngineFixture(true, 2, HISTORY, WireFormat.LINES_WITH_IDS, this::send)) {
                fixture = started;
                List<FutureTask<@Nullable Void>> tasks = new ArrayList<>();
                for (int i = 0; i < subscribers; i++) {
                    FutureTask<@Nullable Void> task = new FutureTask<>(new Subscriber(new Random(seed + i)));
                    tasks.add(task);
                    Thread.ofVirtual().start(task);
                }
                publishAll(tasks);
                for (FutureTask<@Nullable Void> each : tasks) {
                    each.get(TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
                }
                System.out.println("seed " + seed + ": " + sessions + " connections received " + frames
                        + " messages and " + gaps + " gaps; " + started.senders.sentDirectly()
                        + " writes were sent directly; " + started.adoptedConnections() + " sockets were adopted");
                assertThat(started.adoptedConnections()).isPositive();
                assertThat(started.senders.sentDirectly()).isGreaterThan(messages / 4);
                assertThat(gaps).hasPositiveValue();
                assertThat(started.memory.releasedBuffers()).isPositive();
            } catch (ExecutionException | AssertionError e) {
                throw new AssertionError("seed " + seed, e);
            }
        }

        /**
         * Sends everything, a part, or nothing. Sometimes, between the submission and the system call of the other writes, it
         * publishes, so that their messages are evicted, or closes a connection, whose descriptor is soon used again.
         */
        private long send(int descriptor, long address, long length) {
            long random = mix(calls.incrementAndGet());
            if ((random >>> 40) % 100 == 0) {
                publish(HISTORY + 1);
            } else if ((random >>> 40) % 100 == 1) {
                fixture().closeConnectionOfThisLoop((int) (random >>> 50));
            }
            return switch ((int) (random & 15)) {
                case 0 -> TestSenders.WOULD_BLOCK;
                case 1, 2, 3 -> TestSenders.send(descriptor, address, 1 + (random >>> 4) % length);
                default -> TestSenders.send(descriptor, address, length);
            };
        }

        private long mix(long number) {
            return new Random(seed ^ number * 0x9e3779b97f4a7c15L).nextLong() >>> 1;
        }

        /** Publishes messages in bursts, and then single ones until all subscribers have finished. */
        private void publishAll(List<FutureTask<@Nullable Void>> tasks) throws Exception {
            EngineFixture fixture = fixture();
            Random random = new Random(~seed);
            while (published() < messages) {
                publish(1 + random.nextInt(random.nextInt(8) == 0 ? HISTORY * 2 : 3));
                if (random.nextInt(40) == 0) {
                    fixture.engine.heartbeat(Duration.ZERO);
                }
                if (random.nextInt(40) == 0) {
                    fixture.engine.closeStalledWrites(Duration.ofMillis(50));
                }
                if (random.nextInt(4) > 0) {
                    // For the fastest subscriber, so that some receive everything and others fall behind.
                    awaitReceived(published() - 1 - random.nextInt(3));
                }
            }
            for (FutureTask<@Nullable Void> each : tasks) {
                while (!each.isDone()) {
                    publish(1);
                    awaitReceived(published() - 1);
                }
            }
        }

        private EngineFixture fixture() {
            return requireNonNull(fixture, "not started");
        }

        private synchronized void publish(int count) {
            for (int i = 0; i < count; i++) {
                fixture().publish(text(published++));
            }
            notifyAll();
        }

        private synchronized void setReceived(int number) {
            if (number > received) {
                received = number;
                notifyAll();
            }
        }

        private synchronized int published() {
            return published;
        }

        private synchronized void awaitPublished(int count) throws InterruptedException {
            while (published < count) {
                wait();
            }
        }

        /** Waits for a message, but not for long: possibly all subscribers wait for further messages. */
        private synchronized void awaitReceived(int number) throws InterruptedException {
            for (int i = 0; i < 20 && received < number; i++) {
                wait(1);
            }
        }

        /** Returns a message: its number, and a text of random length and contents that depends on it. */
        private String text(int number) {
            Random random = new Random(seed + number * 31L);
            int length = random.nextInt(8) > 0 ? random.nextInt(100) : random.nextInt(20_000);
            StringBuilder text = new StringBuilder(length + 16).append("%08d:".formatted(number));
            for (int i = 0; i < length; i++) {
                text.append((char) ('!' + (number + i * (1 + number % 7)) % 90));
            }
            return text.toString();
        }

        /** One subscriber with its connections, one after another. */
        private final class Subscriber implements Callable<@Nullable Void> {
            private final Random random;
            private @Nullable String lastId;
            private int next = -1; // the number of the next message; -1 if it is not known
            private int highest = -1;

            Subscriber(Random random) {
                this.random = random;
            }

            @Override
            public @Nullable Void call() throws Exception {
                while (highest < messages - 1) {
                    sessions.incrementAndGet();
                    try (Socket socket = connect()) {
                        read(socket, random.nextInt(150));
                    } catch (SocketTimeoutException e) {
                        throw new AssertionError("nothing received after message " + highest, e);
                    } catch (IOException closedByTheHub) {
                        // the write timeout, or closed by send(); the bytes until then were right
                    }
                }
                return null;
            }

            private Socket connect() throws IOException {
                String after = random.nextInt(4) > 0 ? lastId : null;
                if (after == null) {
                    next = -1;
                }
                return fixture()
                        .connect(
                                SubscribeRequest.of(
                                        ChannelSelector.of(EngineFixture.CHANNEL),
                                        after == null ? Since.Point.NONE : new Since.After(after)),
                                random.nextBoolean() ? 4096 : 0);
            }

            private void read(Socket socket, int quota) throws IOException, InterruptedException {
                ChunkedStreamClient client = new ChunkedStreamClient(socket);
                socket.setSoTimeout(TIMEOUT_MILLIS);
                check(client.nextText());
                for (int i = 0; i < quota && highest < messages - 1; i++) {
                    if (random.nextInt(60) == 0) {
                        stall();
                    }
                    check(client.nextText());
                }
                switch (random.nextInt(4)) {
                    case 0 -> socket.setSoLinger(true, 0); // a reset
                    case 1 -> {
                        socket.shutdownOutput();
                        readToEnd(client);
                    }
                    case 2 -> stall();
                    default -> {
                        // closes: a reset if something has not been read
                    }
                }
            }

            /** Checks what the hub has sent until it closes the connection, in whichever frame. */
            private void readToEnd(ChunkedStreamClient client) throws IOException {
                while (highest < messages - 1 && !client.isEndOfStream()) {
                    check(client.nextText());
                }
            }

            /** Does not read until more messages have been published, or all. */
            private void stall() throws InterruptedException {
                awaitPublished(Math.min(messages, published() + random.nextInt(200)));
            }

            private void check(String frame) {
                if (frame.equals("\n")) {
                    return; // a keep-alive
                }
                if (!frame.startsWith("\u001e")) {
                    checkMessage(frame);
                    return;
                }
                Matcher gap = GAP.matcher(frame);
                if (gap.find()) {
                    gaps.incrementAndGet();
                    next = next < 0 || gap.group(1).equals("null") ? -1 : next + Integer.parseInt(gap.group(1));
                } else if (frame.contains("\"event\":\"start\"") && frame.contains("\"recovered\":false")) {
                    next = -1;
                }
                Matcher id = ID.matcher(frame);
                if (id.find()) {
                    lastId = id.group(1);
                }
            }

            private void checkMessage(String frame) {
                int tab = frame.indexOf('\t');
                int number = Integer.parseInt(frame.substring(tab + 1, tab + 9));
                if (next >= 0) {
                    assertThat(number).isEqualTo(next);
                }
                assertThat(frame.substring(tab + 1)).isEqualTo(text(number) + "\n");
                lastId = frame.substring(0, tab);
                next = number + 1;
                highest = Math.max(highest, number);
                frames.incrementAndGet();
                setReceived(number);
            }
        }
    }
}
