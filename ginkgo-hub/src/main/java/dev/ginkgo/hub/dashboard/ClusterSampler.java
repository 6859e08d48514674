package dev.ginkgo.hub.dashboard;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.Lease;
import dev.ginkgo.cluster.model.Leader;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.hub.spi.BrokerStats;
import dev.ginkgo.hub.spi.TransportStats.PeerStats;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Samples a cluster as this node sees it: members, voters, leader, lease, the links to the peers or to the broker, and what
 * is not ready, such as the reason why there is no leader.
 */
public final class ClusterSampler {
    private final Cluster cluster;
    private final Supplier<List<PeerStats>> links;
    private final Supplier<Optional<BrokerStats>> broker;

    /**
     * @param links returns the statistics of the links to the peers
     * @param broker returns the statistics of the broker; empty if the hubs are connected with each other
     */
    public ClusterSampler(Cluster cluster, Supplier<List<PeerStats>> links, Supplier<Optional<BrokerStats>> broker) {
        this.cluster = requireNonNull(cluster, "cluster is null");
        this.links = requireNonNull(links, "links is null");
        this.broker = requireNonNull(broker, "broker is null");
    }

    void writeFields(JsonGenerator json) throws IOException {
        String self = cluster.identity().toString();
        Optional<Leader> leader = cluster.leader();
        List<String> problems = cluster.status().notReady();
        json.writeStringField("self", self);
        if (leader.isPresent()) {
            json.writeStringField("leader", leader.get().name());
            json.writeNumberField("epoch", leader.get().epoch().number());
            json.writeStringField("epochOf", leader.get().epoch().cluster());
        }
        Optional<Lease> lease = cluster.lease();
        if (lease.isPresent()) {
            json.writeNumberField("leaseMillis", lease.get().remaining().toMillis());
        }
        writeStrings(json, "problems", problems);
        writeStrings(json, "voters", cluster.voters());
        Optional<BrokerStats> brokerStats = broker.get();
        if (brokerStats.isPresent()) {
            writeBroker(json, brokerStats.get());
        }
        Map<String, PeerStats> byName = new HashMap<>();
        links.get().forEach(each -> byName.put(each.peer().name(), each));
        json.writeArrayFieldStart("members");
        for (Member each : cluster.roster()) {
            writeMember(json, each, byName.get(each.name()));
        }
        json.writeEndArray();
    }

    private static void writeBroker(JsonGenerator json, BrokerStats stats) throws IOException {
        json.writeObjectFieldStart("broker");
        json.writeStringField("server", stats.server());
        json.writeBooleanField("connected", stats.connected());
        json.writeNumberField("appended", stats.appended());
        json.writeNumberField("failed", stats.failed());
        json.writeNumberField("pending", stats.pending());
        json.writeNumberField("pendingBytes", stats.pendingBytes());
        json.writeNumberField("received", stats.received());
        json.writeNumberField("lost", stats.lost());
        json.writeNumberField("reconnects", stats.reconnects());
        json.writeEndObject();
    }

    private static void writeStrings(JsonGenerator json, String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(value);
        }
        json.writeEndArray();
    }

    private static void writeMember(JsonGenerator json, Member member, @Nullable PeerStats link) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", member.name());
        json.writeNumberField("incarnation", member.incarnation());
        json.writeStringField("version", member.version());
        if (member.url().isPresent()) {
            json.writeStringField("url", member.url().get().toString());
        }
        if (member.transport().isPresent()) {
            json.writeStringField("transport", member.transport().get().toString());
        }
        if (link != null) {
            json.writeObjectFieldStart("link");
            json.writeBooleanField("ready", link.ready());
            json.writeNumberField("sent", link.sent());
            json.writeNumberField("dropped", link.dropped());
            json.writeNumberField("queuedBytes", link.queued());
            json.writeNumberField("reconnects", link.reconnects());
            json.writeEndObject();
        }
        json.writeEndObject();
    }
}
