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

/** A node with a hub in this JVM, configured as a user would, and accessed only over HTTP. */
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
     * Starts a node.
     *
     * @param join address of another node; a node that joins its own address founds the cluster
     * @param hubSettings lines of {@code [hub]}
     */
    HubNode(HttpClient client, Address identity, Address join, Path data, String hubSettings) {
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
                """.formatted(identity, join, identity.equals(join) ? 1 : 0, data, hubSettings);
        tree = Ginkgo.of(services)
                .configuration(Configuration.empty().text("node.toml", toml))
                .start();
    }

    private URI uri(String path) {
        return URI.create("http://" + services.hub.address() + path);
    }

    /** Returns whether {@code GET /-/health/ready} responds with 200. */
    boolean isReady() throws IOException, InterruptedException {
        return client.send(
                                HttpRequest.newBuilder(uri("/-/health/ready")).build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode()
                == 200;
    }

    /** Returns the body of the response to a GET, whatever its status. */
    String get(String path) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri(path)).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    /** Publishes a message and returns the body of the response; throws if the status is not 200. */
    String publish(String channel, String text) throws IOException, InterruptedException {
        HttpResponse<String> response = client.send(
                HttpRequest.newBuilder(uri(channel))
                        .POST(HttpRequest.BodyPublishers.ofString(text))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException(identity + ": HTTP status " + response.statusCode() + ": " + response.body());
        }
        return response.body();
    }

    SseReader read(String path) throws IOException, InterruptedException {
        return new SseReader(client, uri(path));
    }

    /** Stops the node gracefully. */
    void stop() {
        tree.stop();
    }

    @Override
    public void close() {
        stop();
    }
}
