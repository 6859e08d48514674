package dev.ginkgo.mesh.membership;

import dev.ginkgo.time.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jgroups.Address;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.stack.Protocol;
import org.jgroups.util.MessageBatch;
import org.jspecify.annotations.Nullable;

/**
 * JGroups protocol that revokes a suspicion when the suspect keeps sending. In JGroups, a node that is not the view
 * coordinator keeps a suspicion until the next view. If the view coordinator fails before that, perhaps much later, that
 * node takes over and excludes the suspect together with the failed node, although the suspect is alive.
 */
final class SuspicionRevoker extends Protocol {
    /** Messages that were in flight when the suspect failed have arrived after this time. */
    private static final long MIN_SUSPICION_AGE = Duration.ofSeconds(1).toNanos();

    private final TimeSource timeSource;
    private final Map<Address, Long> suspects = new ConcurrentHashMap<>();

    SuspicionRevoker(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    @Override
    public @Nullable Object up(Event event) {
        if (event.getType() == Event.SUSPECT) {
            Collection<Address> suspected = event.getArg();
            suspected.forEach(each -> suspects.put(each, timeSource.nanos()));
        }
        return up_prot.up(event);
    }

    @Override
    public @Nullable Object down(Event event) {
        if (event.getType() == Event.VIEW_CHANGE) {
            suspects.clear();
        }
        return down_prot.down(event);
    }

    @Override
    public @Nullable Object up(Message message) {
        revoke(message.getSrc());
        return up_prot.up(message);
    }

    @Override
    public void up(MessageBatch batch) {
        revoke(batch.sender());
        up_prot.up(batch);
    }

    private void revoke(@Nullable Address sender) {
        if (suspects.isEmpty() || sender == null) {
            return;
        }
        Long suspectedAt = suspects.get(sender);
        if (suspectedAt != null
                && timeSource.nanos() - suspectedAt > MIN_SUSPICION_AGE
                && suspects.remove(sender, suspectedAt)) {
            log.debug("%s: revoked the suspicion of %s", local_addr, sender);
            up_prot.up(new Event(Event.UNSUSPECT, sender));
        }
    }
}
