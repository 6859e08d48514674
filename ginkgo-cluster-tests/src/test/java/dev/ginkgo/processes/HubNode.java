package dev.ginkgo.processes;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.hub.MessageHub;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;

/** A node with a hub in this JVM, by the configuration that a user writes; seen over HTTP alone. */
final class HubNode implements AutoCloseable {
    final Address identity;
    private final HttpClient client;
    private final Services services = new Services();
    private final Ginkgo tree;

    private static final class Services extends Service {
        final Cluster cluster = add("cluster", new Cluster());
        final MessageHub hub = add("hub", new MessageHub(cluster));
    }

    /**
     * Starts it.
     *
     * @param join where another is; the one that is there itself founds the cluster
     * @param more lines of {@code [hub]}
     */
    HubNode(HttpClient client, Address identity, Address join, Path data, String more) {
        this.client = client;
        this.identity = identity;
        String toml = """
                [cluster]
                identity = "%s"
                join = ["%s"]
                expect = %d
                data-dir = "%s"
                secret = "correct horse battery staple"
                [cluster.coordinator]
                engine = "mesh"
                [hub]
                %s
                [hub.http]
                bind = "127.0.0.1:0"
                [hub.transport]
                engine = "zeromq"
                """.formatted(identity, join, identity.equals(join) ? 1 : 0, data, more);
        tree = Ginkgo.of(services)
                .configuration(Configuration.empty().text("node.toml", toml))
                .start();
    }

    private URI uri(String path) {
        return URI.create("http://" + services.hub.address() + path);
    }

    /** What {@code GET /-/health/ready} says. */
    boolean isReady() throws IOException, InterruptedException {
        return client.send(
                                HttpRequest.newBuilder(uri("/-/health/ready")).build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode()
                == 200;
    }

    /** The answer, if it is a 200. */
    String publish(String channel, String text) throws IOException, InterruptedException {
        HttpResponse<String> answer = client.send(
                HttpRequest.newBuilder(uri(channel))
                        .POST(HttpRequest.BodyPublishers.ofString(text))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(identity + " answers " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }

    SseReader read(String path) throws IOException, InterruptedException {
        return new SseReader(client, uri(path));
    }

    /** In order. */
    void stop() {
        tree.stop();
    }

    @Override
    public void close() {
        stop();
    }
}
