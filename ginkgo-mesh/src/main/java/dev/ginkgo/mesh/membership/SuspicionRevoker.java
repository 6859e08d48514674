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
 * Takes a suspicion back when the suspect goes on talking. In JGroups a node that does not lead the view keeps what it
 * was told once, until the next view; if the leader of the view dies meanwhile, perhaps much later, it takes over and
 * throws the living out together with the dead.
 */
final class SuspicionRevoker extends Protocol {
    /** What was on its way when the suspect died has come by then. */
    private static final long MIN_SUSPICION_AGE = Duration.ofSeconds(1).toNanos();

    private final TimeSource timeSource;
    private final Map<Address, Long> suspects = new ConcurrentHashMap<>();

    SuspicionRevoker(TimeSource timeSource) {
        this.timeSource = timeSource;
    }

    @Override
    public @Nullable Object up(Event event) {
        if (event.getType() == Event.SUSPECT) {
            Collection<Address> named = event.getArg();
            named.forEach(each -> suspects.put(each, timeSource.nanos()));
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

    private void revoke(@Nullable Address talking) {
        if (suspects.isEmpty() || talking == null) {
            return;
        }
        Long since = suspects.get(talking);
        if (since != null && timeSource.nanos() - since > MIN_SUSPICION_AGE && suspects.remove(talking, since)) {
            log.debug("%s: %s is no suspect any more", local_addr, talking);
            up_prot.up(new Event(Event.UNSUSPECT, talking));
        }
    }
}
