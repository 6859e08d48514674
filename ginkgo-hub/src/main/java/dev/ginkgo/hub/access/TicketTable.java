package dev.ginkgo.hub.access;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Tickets that have been issued and not used: each gives one request the access of the request that asked for it. The
 * number of tickets is limited, in total and for each principal. Thread-safe.
 */
public final class TicketTable {
    /** How long a ticket is valid. */
    public static final Duration LIFETIME = Duration.ofSeconds(30);

    static final int MAX_TICKETS = 10_000;
    static final int MAX_TICKETS_PER_PRINCIPAL = 100;
    private static final int RANDOM_BYTES = 24;

    private final TimeSource timeSource;
    private final RandomGenerator random;

    // guarded by this; in the order of expiry
    private final Map<String, Ticket> tickets = new LinkedHashMap<>();
    private final Map<String, Integer> countByPrincipal = new HashMap<>();

    private record Ticket(Access access, String principal, long expiresAt) {}

    /**
     * @param random cryptographically strong source of tickets; thread-safe
     */
    TicketTable(TimeSource timeSource, RandomGenerator random) {
        this.timeSource = timeSource;
        this.random = random;
    }

    /** Issues a ticket for an authenticated access. Returns empty if a limit has been reached. */
    public Optional<String> issue(Access access) {
        String principal = access.principal() == null ? "" : access.principal().name();
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        String ticket = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        synchronized (this) {
            removeExpired();
            if (tickets.size() >= MAX_TICKETS
                    || countByPrincipal.getOrDefault(principal, 0) >= MAX_TICKETS_PER_PRINCIPAL) {
                return Optional.empty();
            }
            tickets.put(ticket, new Ticket(access, principal, timeSource.nanos() + LIFETIME.toNanos()));
            countByPrincipal.merge(principal, 1, Integer::sum);
        }
        return Optional.of(ticket);
    }

    /** Uses a ticket. Returns null if it is unknown, has expired, or has been used. */
    public synchronized @Nullable Access redeem(String text) {
        removeExpired();
        Ticket ticket = tickets.remove(text);
        if (ticket == null) {
            return null;
        }
        release(ticket);
        return ticket.access;
    }

    private void removeExpired() {
        long now = timeSource.nanos();
        Iterator<Ticket> oldest = tickets.values().iterator();
        while (oldest.hasNext()) {
            Ticket ticket = oldest.next();
            if (now - ticket.expiresAt < 0) {
                return;
            }
            oldest.remove();
            release(ticket);
        }
    }

    private void release(Ticket ticket) {
        countByPrincipal.computeIfPresent(ticket.principal, (_, count) -> count == 1 ? null : count - 1);
    }

    synchronized int size() {
        return tickets.size();
    }
}
