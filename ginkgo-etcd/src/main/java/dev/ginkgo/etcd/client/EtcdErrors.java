package dev.ginkgo.etcd.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.ginkgo.config.Durations;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Set;

/** Converts failures of a request, and error answers of etcd, to exceptions with a message for operators. */
final class EtcdErrors {
    // Codes of gRPC
    private static final int DEADLINE_EXCEEDED = 4;
    private static final int NOT_FOUND = 5;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;

    private static final int MAX_TEXT = 200;

    /** Messages of a token that etcd does not accept any more, which have a code of other errors too. */
    private static final Set<String> TOKEN_MESSAGES =
            Set.of("etcdserver: revision of auth store is old", "etcdserver: invalid auth token");

    private EtcdErrors() {}

    static EtcdException timedOut(URI endpoint, Duration timeout) {
        return new EtcdException(
                EtcdException.Kind.UNAVAILABLE,
                endpoint + ": no answer within " + Durations.toHumanString(timeout),
                null);
    }

    static EtcdException failed(URI endpoint, IOException cause) {
        return new EtcdException(EtcdException.Kind.UNAVAILABLE, endpoint + ": " + reason(cause), cause);
    }

    private static String reason(IOException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return "unknown host";
            }
        }
        if (failure instanceof ConnectException) {
            return failure.getMessage() == null ? "connection refused" : failure.getMessage();
        }
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** Returns the exception for a response with an error status. */
    static EtcdException rejected(URI endpoint, int status, String body) throws IOException {
        try {
            return answered(endpoint, JsonObject.parse(body));
        } catch (JsonProcessingException _) { // an answer without JSON
            String text = body.lines().findFirst().orElse("").strip();
            return new EtcdException(
                    status >= 500 ? EtcdException.Kind.UNAVAILABLE : EtcdException.Kind.REJECTED,
                    endpoint + ": HTTP status " + status
                            + (text.isEmpty() ? "" : ": " + text.substring(0, Math.min(text.length(), MAX_TEXT))),
                    null);
        }
    }

    /** Returns the exception for an error of etcd. */
    static EtcdException answered(URI endpoint, JsonObject error) throws IOException {
        String message = error.text("message");
        long code = Math.max(error.number("code"), error.number("grpc_code"));
        EtcdException.Kind kind;
        if (code == UNAUTHENTICATED || TOKEN_MESSAGES.contains(message)) {
            kind = EtcdException.Kind.TOKEN;
        } else if (code == UNAVAILABLE || code == DEADLINE_EXCEEDED) {
            kind = EtcdException.Kind.UNAVAILABLE;
        } else {
            kind = code == NOT_FOUND ? EtcdException.Kind.NOT_FOUND : EtcdException.Kind.REJECTED;
        }
        return new EtcdException(kind, endpoint + ": " + message, null);
    }
}
