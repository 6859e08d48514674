package dev.ginkgo.hub.admin;

import dev.ginkgo.hub.http.server.Responses;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;

/** Machine-readable descriptions of the hub: of its HTTP side as OpenAPI, of its WebSocket as AsyncAPI. */
final class ApiDocuments {
    private static final String FOLDER = "/dev/ginkgo/hub/api/";

    private final Executor tasks;

    /**
     * @param tasks reads the documents
     */
    ApiDocuments(Executor tasks) {
        this.tasks = tasks;
    }

    Map<String, AdminRouter.Endpoint> endpoints() {
        return Map.of(
                "/-/openapi.json", document("openapi.json"),
                "/-/asyncapi.json", document("asyncapi.json"));
    }

    private AdminRouter.Endpoint document(String name) {
        return new AdminRouter.Endpoint(
                true,
                Set.of(),
                (exchange, _) -> exchange.respondAsync(
                        tasks, () -> Responses.of(HttpResponseStatus.OK, Responses.JSON, read(name))));
    }

    private static byte[] read(String name) {
        try (InputStream in = ApiDocuments.class.getResourceAsStream(FOLDER + name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + FOLDER + name + " is missing");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + FOLDER + name, e);
        }
    }
}
