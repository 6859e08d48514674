import dev.ginkgo.*;
import dev.ginkgo.cluster.*;
import dev.ginkgo.cluster.model.*;
import dev.ginkgo.hub.*;
import dev.ginkgo.hub.message.*;
import java.time.Duration;
import java.util.List;

/**
 * Lets the members of a cluster take turns to announce what they have done. The leader calls one member after another
 * on {@code /turns}, under its lease; the member that is called publishes on {@code /announcements}. The order does not
 * depend on clocks, so no two members answer the same call.
 */
final class Announcer extends Service {
    final Setting<Duration> every = setting("every", Duration.ofSeconds(3))
            .between(Duration.ofMillis(1), Duration.ofHours(1))
            .help("The interval between two announcements");

    private final MessageHub hub;
    private final Cluster cluster;

    Announcer(MessageHub hub, Cluster cluster) {
        this.hub = hub;
        this.cluster = cluster;
    }

    @Override
    protected void onStart() {
        spawn("answer", this::answer);
        spawn("call", this::call);
    }

    private void call() throws InterruptedException {
        for (int turn = 0; true; turn++) {
            Lease lease = cluster.awaitLeadership();
            List<Member> members = cluster.roster();
            String called = members.get(turn % members.size()).name();
            try {
                hub.publish("/turns", called, lease);
            } catch (LeaseExpiredException e) {
                continue; // another node is the leader now
            } catch (HubRejectedException | UnknownOutcomeException e) {
                log.debug("not published: {}", e.getMessage()); // the state of the hub says why
            }
            sleep(every.get());
        }
    }

    private void answer() {
        String me = cluster.identity().toString();
        try (Subscription turns = hub.subscribe("/turns")) {
            for (Message turn : turns) {
                if (turn.text().equals(me)) {
                    announce(me + " " + report());
                }
            }
        }
    }

    private void announce(String text) {
        try {
            hub.publish("/announcements", text);
        } catch (HubRejectedException | UnknownOutcomeException e) {
            log.debug("not published: {}", e.getMessage());
        }
    }

    private String report() {
        HubStats now = hub.stats();
        return "has delivered " + now.delivered() + " messages to " + now.subscribers() + " subscribers";
    }
}
