package dev.ginkgo.hub.access;

import static java.util.Objects.requireNonNull;

import dev.ginkgo.hub.auth.AuthenticationException;
import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Authenticator of a program, whose calls are limited in time and number: one that waits for a server that does not respond
 * uses neither a thread for each request nor the time of its clients. A call that has been given up counts until it returns,
 * because its thread exists until then. Further calls wait for one of the running ones to return, in the order of their
 * arrival; their time counts from the beginning. Thread-safe.
 */
final class BoundedAuthenticator implements Authenticator {
    private static final String CLAIM = AccessControl.AUTHENTICATOR_CLAIM;

    /** Calls that wait for others. Clients that lose a hub return at the same time, and should not be rejected. */
    static final int MAX_WAITING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(BoundedAuthenticator.class);

    private final Authenticator authenticator;
    private final Executor tasks;
    private final Supplier<Duration> timeout;
    private final Supplier<Integer> maxCalls;
    private final TimeSource timeSource;
    private final AtomicBoolean late = new AtomicBoolean();

    // guarded by this
    private final Set<Call> waiting = new LinkedHashSet<>();
    private int running;

    /**
     * @param tasks runs each call in a thread of its own; throws IllegalStateException while the hub stops
     * @param timeout maximum time of a call
     * @param maxCalls maximum number of calls at the same time
     */
    BoundedAuthenticator(
            Authenticator authenticator,
            Executor tasks,
            Supplier<Duration> timeout,
            Supplier<Integer> maxCalls,
            TimeSource timeSource) {
        this.authenticator = authenticator;
        this.tasks = tasks;
        this.timeout = timeout;
        this.maxCalls = maxCalls;
        this.timeSource = timeSource;
    }

    /** One call and its result. */
    private final class Call implements Runnable {
        private final Thread caller = Thread.currentThread();
        private final FutureTask<Optional<Principal>> result;

        Call(Credentials credentials) {
            result = new FutureTask<>(() -> timeSource.callBlocking(() -> authenticator.authenticate(credentials)));
        }

        @Override
        public void run() {
            try {
                result.run();
                timeSource.unpark(caller);
            } finally {
                startNext();
            }
        }
    }

    @Override
    public Optional<Principal> authenticate(Credentials credentials)
            throws AuthenticationException, InterruptedException {
        Duration limit = timeout.get();
        long deadline = timeSource.nanos() + limit.toNanos();
        Call call = new Call(credentials);
        if (!admit(call)) {
            throw unavailable("has too many calls that have not returned");
        }
        while (!call.result.isDone() && deadline - timeSource.nanos() > 0) {
            timeSource.park(deadline);
            if (Thread.interrupted()) {
                withdraw(call);
                throw new InterruptedException();
            }
        }
        if (withdraw(call)) {
            if (!late.getAndSet(true)) {
                LOG.error(
                        "the authenticator {} has not returned within {}; requests whose credentials it must verify are"
                                + " rejected until it does",
                        name(),
                        limit);
            }
            throw unavailable("has not returned in time");
        }
        late.set(false);
        return result(call);
    }

    /** Starts a call, or lets it wait. Returns false if too many calls are waiting. */
    private boolean admit(Call call) {
        synchronized (this) {
            if (running >= maxCalls.get()) {
                return waiting.size() < MAX_WAITING && waiting.add(call);
            }
            running++;
        }
        start(call);
        return true;
    }

    /** Starts an admitted call. Returns false if the hub stops. Without a thread, its caller is notified. */
    private boolean start(Call call) {
        boolean started = false;
        try {
            tasks.execute(call);
            started = true;
        } catch (IllegalStateException stopping) {
            // its caller is notified below
        } finally {
            if (!started) {
                synchronized (this) {
                    running--;
                }
                call.result.cancel(false);
                timeSource.unpark(call.caller);
            }
        }
        return started;
    }

    /** Starts the call that has waited for the longest time and gets a thread, in place of one that has returned. */
    private void startNext() {
        Call next;
        synchronized (this) {
            running--;
            next = admitLongest();
        }
        while (next != null && !startOrLog(next)) {
            next = admitLongest();
        }
    }

    private boolean startOrLog(Call call) {
        try {
            return start(call);
        } catch (RuntimeException | Error e) { // for example for lack of memory; nothing else starts the others
            LOG.error("no thread for a call of the authenticator {}; its request is rejected", name(), e);
            return false;
        }
    }

    private synchronized @Nullable Call admitLongest() {
        Iterator<Call> longest = waiting.iterator();
        if (!longest.hasNext() || running >= maxCalls.get()) {
            return null;
        }
        Call next = longest.next();
        longest.remove();
        running++;
        return next;
    }

    /** Gives up a call. Returns false if it has a result. */
    private boolean withdraw(Call call) {
        synchronized (this) {
            waiting.remove(call);
        }
        return call.result.cancel(true);
    }

    private Optional<Principal> result(Call call) throws AuthenticationException, InterruptedException {
        try {
            return call.result.get();
        } catch (CancellationException stopping) {
            throw new InterruptedException("the hub is stopping");
        } catch (ExecutionException e) {
            switch (requireNonNull(e.getCause())) {
                case AuthenticationException rejection -> throw rejection;
                case InterruptedException interrupted -> throw interrupted;
                case RuntimeException failure -> throw failure;
                case Error failure -> throw failure;
                case Throwable other ->
                    throw new IllegalStateException("the authenticator " + name() + " has failed", other);
            }
        }
    }

    private AuthenticationException unavailable(String reason) {
        return AuthenticationException.temporary(
                CLAIM,
                "the credentials cannot be verified now, because the authenticator " + name() + " " + reason
                        + "; try again later");
    }

    @Override
    public boolean isValid(Principal principal) {
        return authenticator.isValid(principal);
    }

    @Override
    public void refresh() throws Exception {
        authenticator.refresh();
    }

    @Override
    public String name() {
        return authenticator.name();
    }

    /** Returns the number of calls that have not returned. */
    synchronized int running() {
        return running;
    }
}
