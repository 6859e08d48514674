package dev.ginkgo.etcd.client;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Client of etcd's JSON gateway (<a href="https://etcd.io/docs/v3.5/dev-guide/api_grpc_gateway/">gRPC gateway</a>), over
 * HTTP/1.1. A request goes to the endpoint in use; if that does not answer in time or has no leader, to the others, one
 * after another. Every request may be sent twice without harm: changes are conditional.
 *
 * <p>All methods may be called from any thread, block until the answer or the timeout, and end with an {@link
 * InterruptedException} if the thread is interrupted. Times are those of the system.
 */
public final class EtcdClient implements AutoCloseable {
    private final EtcdConfig config;
    private final Endpoints endpoints;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final HttpClient http;
    private volatile @Nullable String token;

    /** Creates a client; opens no connection. */
    public EtcdClient(EtcdConfig config) {
        this.config = config;
        endpoints = new Endpoints(config.endpoints());
        HttpClient.Builder builder =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).executor(executor);
        config.tls().ifPresent(builder::sslContext);
        http = builder.build();
    }

    /** Returns the endpoint in use. */
    public URI endpoint() {
        return endpoints.current();
    }

    /** Creates a lease. */
    public GrantedLease grant(long ttlSeconds) throws EtcdException, InterruptedException {
        return call("lease/grant", Json.grant(ttlSeconds), config.timeout(), EtcdClient::lease);
    }

    /**
     * Renews a lease.
     *
     * @param timeout how long an endpoint may take to answer
     * @return with a {@code ttlSeconds} of zero if the lease does not exist any more
     */
    public GrantedLease keepAlive(long lease, Duration timeout) throws EtcdException, InterruptedException {
        return call("lease/keepalive", Json.lease(lease), timeout, EtcdClient::lease);
    }

    private static GrantedLease lease(JsonObject answer) throws IOException {
        return new GrantedLease(Header.of(answer), answer.number("ID"), answer.number("TTL"));
    }

    /** Revokes a lease, and removes all keys that are attached to it. Has no effect if it does not exist any more. */
    public void revoke(long lease) throws EtcdException, InterruptedException {
        try {
            call("lease/revoke", Json.lease(lease), config.timeout(), _ -> true);
        } catch (EtcdException e) {
            if (e.kind() != EtcdException.Kind.NOT_FOUND) {
                throw e;
            }
        }
    }

    /**
     * Reads all keys with a prefix, linearizably.
     *
     * @param prefix ends with an ASCII character
     * @param timeout how long an endpoint may take to answer
     */
    public KeyRange range(String prefix, Duration timeout) throws EtcdException, InterruptedException {
        return call("kv/range", Json.prefix(prefix), timeout, KeyRange::of);
    }

    /** Reads one key, linearizably; empty if it does not exist. */
    public Optional<KeyValue> get(String key) throws EtcdException, InterruptedException {
        List<KeyValue> found =
                call("kv/range", Json.key(key), config.timeout(), KeyRange::of).entries();
        return found.stream().findFirst();
    }

    /**
     * Puts a key if its last change is {@code modRevision}.
     *
     * @param modRevision zero if the key must not exist
     * @param lease the lease that removes the key when it ends; zero for none
     * @return whether the key was put. If false, an earlier attempt of this call may have put it
     */
    public boolean putIf(String key, long modRevision, String value, long lease)
            throws EtcdException, InterruptedException {
        return transaction(Json.putIf(key, modRevision, value, lease));
    }

    /** Deletes a key if it was created by the change {@code createRevision}. Returns whether it was deleted. */
    public boolean deleteIf(String key, long createRevision) throws EtcdException, InterruptedException {
        return transaction(Json.deleteIf(key, createRevision));
    }

    private boolean transaction(String request) throws EtcdException, InterruptedException {
        return call("kv/txn", request, config.timeout(), answer -> answer.isTrue("succeeded"));
    }

    /**
     * Watches all keys with a prefix, at the endpoint in use.
     *
     * @param fromRevision the first change to notify, which may be in the past
     */
    public WatchStream watch(String prefix, long fromRevision) throws EtcdException, InterruptedException {
        URI endpoint = endpoints.current();
        HttpResponse<InputStream> response = send(
                endpoint,
                request(endpoint, "watch", Json.watch(prefix, fromRevision)),
                HttpResponse.BodyHandlers.ofInputStream(),
                config.timeout());
        try {
            if (response.statusCode() != 200) {
                String text = new String(response.body().readNBytes(10_000), StandardCharsets.UTF_8);
                throw EtcdErrors.rejected(endpoint, response.statusCode(), text);
            }
            return new WatchStream(endpoint, response.body());
        } catch (IOException e) {
            throw EtcdErrors.failed(endpoint, e);
        }
    }

    /** Converts an answer; throws if it does not have the form that etcd documents. */
    private interface AnswerReader<T> {
        T read(JsonObject answer) throws IOException;
    }

    private <T> T call(String method, String body, Duration timeout, AnswerReader<T> reader)
            throws EtcdException, InterruptedException {
        Set<String> failures = new LinkedHashSet<>();
        EtcdException last = null;
        // A single server is tried twice, because it may have closed the connection since the last request
        for (int attempt = 0; attempt < Math.max(2, endpoints.size()); attempt++) {
            URI endpoint = endpoints.current();
            try {
                return reader.read(postWithToken(endpoint, method, body, timeout));
            } catch (IOException e) {
                last = EtcdErrors.failed(endpoint, e);
            } catch (EtcdException e) {
                if (e.kind() != EtcdException.Kind.UNAVAILABLE) {
                    throw e;
                }
                last = e;
            }
            failures.add(String.valueOf(last.getMessage()));
            endpoints.moveOn(endpoint);
            if (endpoints.size() == 1 && last.getCause() == null) {
                break; // it has answered, or had its time
            }
        }
        throw new EtcdException(EtcdException.Kind.UNAVAILABLE, String.join("; ", failures), last);
    }

    /** Sends a request with a token, if there is a user; with a new token if etcd does not accept the one in use. */
    private JsonObject postWithToken(URI endpoint, String method, String body, Duration timeout)
            throws EtcdException, IOException, InterruptedException {
        String used = token;
        if (used == null && !config.user().isEmpty()) {
            authenticate(endpoint);
        }
        try {
            return post(endpoint, method, body, timeout);
        } catch (EtcdException e) {
            if (e.kind() != EtcdException.Kind.TOKEN || used == null) {
                throw e;
            }
            authenticate(endpoint);
            return post(endpoint, method, body, timeout);
        }
    }

    private void authenticate(URI endpoint) throws EtcdException, IOException, InterruptedException {
        token = null;
        String credentials = Json.credentials(config.user(), config.password().reveal());
        token = post(endpoint, "auth/authenticate", credentials, config.timeout())
                .text("token");
    }

    private JsonObject post(URI endpoint, String method, String body, Duration timeout)
            throws EtcdException, IOException, InterruptedException {
        HttpResponse<String> response =
                send(endpoint, request(endpoint, method, body), HttpResponse.BodyHandlers.ofString(), timeout);
        if (response.statusCode() != 200) {
            throw EtcdErrors.rejected(endpoint, response.statusCode(), response.body());
        }
        JsonObject answer = JsonObject.parse(response.body());
        if (answer.has("error")) { // of a method with a stream of answers
            throw EtcdErrors.answered(endpoint, answer.object("error"));
        }
        return answer.has("result") ? answer.object("result") : answer;
    }

    private HttpRequest request(URI endpoint, String method, String body) {
        HttpRequest.Builder builder = HttpRequest.newBuilder(endpoint.resolve("/v3/" + method))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        String current = token;
        if (current != null) {
            builder.header("Authorization", current);
        }
        return builder.build();
    }

    private <T> HttpResponse<T> send(
            URI endpoint, HttpRequest request, HttpResponse.BodyHandler<T> bodyHandler, Duration timeout)
            throws EtcdException, InterruptedException {
        CompletableFuture<HttpResponse<T>> response = http.sendAsync(request, bodyHandler);
        try {
            return response.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw EtcdErrors.timedOut(endpoint, timeout);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HttpTimeoutException) {
                throw EtcdErrors.timedOut(endpoint, timeout);
            }
            throw EtcdErrors.failed(
                    endpoint, e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
        } finally {
            response.cancel(true); // has no effect if the response has arrived
        }
    }

    /** Ends all requests and closes all connections. */
    @Override
    public void close() {
        http.shutdownNow();
        http.close();
        executor.close();
    }
}
