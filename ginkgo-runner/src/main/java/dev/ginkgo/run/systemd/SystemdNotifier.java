package dev.ginkgo.run.systemd;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.config.ReloadResult;
import dev.ginkgo.lifecycle.State;
import dev.ginkgo.lifecycle.StateChange;
import dev.ginkgo.lifecycle.Status;
import dev.ginkgo.run.os.OsException;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notifies systemd of the state of a tree, by the protocol of sd_notify(3) for {@code Type=notify} and {@code
 * notify-reload}. A failure is logged once and has no other effect.
 *
 * <p>While a start makes progress, the start timeout is lastExtension, at most once per second. Watchdog notifications are
 * sent from a virtual thread, at half the interval and only while the root is ready or degraded: a service that reports a
 * problem is alive, and a restart is not what it asks for. They stop when the tree hangs, or when compute-bound tasks
 * occupy every carrier thread.
 */
public final class SystemdNotifier {
    private static final Logger LOG = LoggerFactory.getLogger(SystemdNotifier.class);
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);

    /** Added to the timeout of a start or stop, so that it reports its own error before systemd kills the process. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private final SystemdSocket socket;
    private final Optional<Duration> watchdog;
    private final Duration startTimeout;
    private final Duration stopTimeout;
    private final AtomicBoolean failureLogged = new AtomicBoolean();
    private final AtomicLong lastExtension = new AtomicLong(TimeSource.system().nanos() - POLL_INTERVAL.toNanos());
    private volatile boolean starting = true;
    private volatile boolean stopping;

    private SystemdNotifier(
            SystemdSocket socket, Optional<Duration> watchdog, Duration startTimeout, Duration stopTimeout) {
        this.socket = socket;
        this.watchdog = watchdog;
        this.startTimeout = startTimeout;
        this.stopTimeout = stopTimeout;
    }

    /**
     * Returns the notifier of this process, or empty, without loading native code, if {@code NOTIFY_SOCKET} is not set.
     *
     * @throws OsException if {@code NOTIFY_SOCKET} is invalid
     */
    public static Optional<SystemdNotifier> of(
            Map<String, String> environment, Duration startTimeout, Duration stopTimeout) throws OsException {
        String address = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (address.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new SystemdNotifier(
                new SystemdSocket(address, System.getProperty("os.name")),
                watchdog(environment),
                startTimeout,
                stopTimeout));
    }

    /** Returns {@code WATCHDOG_USEC} if it is intended for this process. */
    private static Optional<Duration> watchdog(Map<String, String> environment) {
        String pid = environment.getOrDefault("WATCHDOG_PID", "");
        boolean forThisProcess = pid.isEmpty()
                || pid.equals(Long.toString(ProcessHandle.current().pid()));
        return Optional.of(environment.getOrDefault("WATCHDOG_USEC", ""))
                .filter(text -> forThisProcess && text.matches("[1-9]\\d{0,17}"))
                .map(text -> Duration.of(Long.parseLong(text), java.time.temporal.ChronoUnit.MICROS));
    }

    /** Called when a service of the tree has changed its state. */
    public void stateChanged(StateChange change) {
        long last = lastExtension.get();
        long now = TimeSource.system().nanos();
        if (starting && now - last >= POLL_INTERVAL.toNanos() && lastExtension.compareAndSet(last, now)) {
            send(extension(startTimeout), "STATUS=" + change.path() + " is " + change.to());
        }
    }

    /** Called when the tree has started and serves. */
    public void ready(Ginkgo running) {
        starting = false;
        String status = summary(running.status());
        send("READY=1", "STATUS=" + status);
        Thread.ofVirtual().name("ginkgo-systemd").start(() -> notifyWhileRunning(running, status));
    }

    public void reloading() {
        try {
            send("RELOADING=1", "MONOTONIC_USEC=" + socket.monotonicMicros());
        } catch (OsException e) {
            logFailure(e);
        }
    }

    /**
     * Called after a reload; the service keeps running whatever the result.
     *
     * @param reload the result; empty if the reload threw an exception
     */
    public void reloaded(Optional<ReloadResult> reload) {
        String outcome = reload.map(ReloadResult::toString)
                .map(text -> text.lines().findFirst().orElse(""))
                .orElse("failed, see the log");
        send("READY=1", "STATUS=reload: " + outcome);
    }

    public void stopping() {
        stopping = true;
        send("STOPPING=1", extension(stopTimeout), "STATUS=stopping");
    }

    private void notifyWhileRunning(Ginkgo running, String first) {
        String sent = first;
        long half = watchdog.orElse(POLL_INTERVAL.multipliedBy(2)).toNanos() / 2;
        long pause = Math.min(half, POLL_INTERVAL.toNanos());
        long lastWatchdog = TimeSource.system().nanos() - half;
        try {
            while (!stopping) {
                Status status = running.status();
                long now = TimeSource.system().nanos();
                if (watchdog.isPresent() && isUp(status.state()) && now - lastWatchdog >= half - pause / 2) {
                    send("WATCHDOG=1");
                    lastWatchdog = now;
                }
                String summary = summary(status);
                if (!summary.equals(sent)) {
                    send("STATUS=" + summary);
                    sent = summary;
                }
                TimeUnit.NANOSECONDS.sleep(pause);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // not expected
        }
    }

    private static boolean isUp(State state) {
        return state == State.READY || state == State.DEGRADED;
    }

    private static String summary(Status status) {
        return status.ready()
                ? status.path() + " is " + status.state()
                : "not ready: " + String.join("; ", status.notReady()).replace('\n', ' ');
    }

    private static String extension(Duration timeout) {
        return "EXTEND_TIMEOUT_USEC=" + timeout.plus(GRACE).toNanos() / 1_000;
    }

    private void send(String... lines) {
        try {
            socket.send(lines);
        } catch (OsException e) {
            logFailure(e);
        }
    }

    private void logFailure(OsException e) {
        if (failureLogged.compareAndSet(false, true)) {
            LOG.warn("cannot notify systemd: {}; check NOTIFY_SOCKET", e.getMessage());
        }
    }
}
