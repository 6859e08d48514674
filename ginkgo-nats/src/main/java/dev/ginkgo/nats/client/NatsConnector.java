package dev.ginkgo.nats.client;

import dev.ginkgo.config.Address;
import io.nats.client.AuthHandler;
import io.nats.client.AuthenticationException;
import io.nats.client.Connection;
import io.nats.client.ConnectionListener;
import io.nats.client.ErrorListener;
import io.nats.client.Nats;
import io.nats.client.Options;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to the configured servers. A connection does not reconnect on its own: it ends when it is lost, and its user
 * opens another one. So there are no writes that were buffered during an outage and arrive after it. Immutable.
 */
public final class NatsConnector {
    /** A frozen server is noticed after about three of these. */
    private static final Duration PING_INTERVAL = Duration.ofSeconds(1);

    private static final int MAX_PINGS_OUT = 2;

    /** Message of the client, which names the servers. */
    private static final String NO_SERVER = "Unable to connect to NATS servers";

    private final List<Address> servers;
    private final Options template;

    private NatsConnector(List<Address> servers, Options template) {
        this.servers = servers;
        this.template = template;
    }

    /**
     * Reads the files that the settings name. May block on the file system; connects to nothing.
     *
     * @param name the name of the connections in the server's monitoring
     * @throws IOException if a file cannot be read or is malformed; the message names it
     */
    public static NatsConnector create(NatsSettings settings, String name) throws IOException {
        Options.Builder options = new Options.Builder()
                .servers(settings.serverAddresses().stream()
                        .map(address -> "nats://" + address)
                        .toArray(String[]::new))
                .connectionName(name)
                .connectionTimeout(settings.requestTimeout())
                .noReconnect()
                .discardMessagesWhenOutgoingQueueFull() // publishing must not wait; the outcome of such a message is
                // unknown
                .ignoreDiscoveredServers()
                .pingInterval(PING_INTERVAL)
                .maxPingsOut(MAX_PINGS_OUT);
        if (settings.usesTls()) {
            try {
                SSLContext context =
                        TlsContext.create(settings.ca.get(), settings.certificate.get(), settings.key.get());
                options.sslContext(context);
            } catch (GeneralSecurityException e) {
                throw new IOException("cannot use the TLS files for the connection to NATS: " + e.getMessage(), e);
            }
        }
        Optional<AuthHandler> auth = Optional.empty();
        if (settings.credentials.get().isPresent()) {
            auth = Optional.of(NkeyAuth.read(settings.credentials.get().get()));
        }
        auth.ifPresent(options::authHandler);
        if (!settings.token.get().isEmpty()) {
            options.token(settings.token.get().reveal().toCharArray());
        }
        if (!settings.user.get().isEmpty()) {
            options.userInfo(
                    settings.user.get().toCharArray(),
                    settings.password.get().reveal().toCharArray());
        }
        return new NatsConnector(settings.serverAddresses(), options.build());
    }

    /**
     * Opens a connection to one of the servers, in random order. Blocks until one accepts or all have failed.
     *
     * @param closed is run once when the connection has ended, on a thread of the connection
     * @throws IOException if no server accepts the connection; the message names the servers and the reason
     */
    public NatsLink connect(Runnable closed) throws IOException, InterruptedException {
        ConnectionListener listener = (_, event) -> {
            if (event == ConnectionListener.Events.CLOSED) {
                closed.run();
            }
        };
        AtomicReference<@Nullable Exception> last = new AtomicReference<>();
        ErrorListener errors = new ErrorListener() {
            @Override
            public void exceptionOccurred(Connection connection, Exception e) {
                last.set(e);
            }
        };
        try {
            return new NatsLink(connect(new Options.Builder(template)
                    .connectionListener(listener)
                    .errorListener(errors)
                    .build()));
        } catch (AuthenticationException e) {
            throw new IOException(
                    "NATS at " + this + " rejects the credentials (" + e.getMessage()
                            + "); check credentials, user and password, or token",
                    e);
        } catch (IOException e) {
            throw new IOException(
                    "cannot connect to NATS at " + this + ": " + reason(e, last.get())
                            + "; check that a server runs there, and the setting servers",
                    e);
        }
    }

    /**
     * Connects in a thread of its own: if the client is interrupted while it connects, it may discard the interrupt, or leave the
     * connection open. The thread ends when the servers have not answered in time; a connection is closed if its caller has stopped waiting.
     */
    private static Connection connect(Options options) throws IOException, InterruptedException {
        CompletableFuture<Connection> connected = new CompletableFuture<>();
        Thread.ofVirtual().name("nats-connect").start(() -> {
            try {
                Connection connection = Nats.connect(options);
                if (!connected.complete(connection)) {
                    connection.close();
                }
            } catch (IOException | InterruptedException | RuntimeException e) {
                connected.completeExceptionally(e);
            }
        });
        try {
            return connected.get();
        } catch (InterruptedException e) {
            if (!connected.cancel(false) && connected.state() == Future.State.SUCCESS) {
                new NatsLink(connected.resultNow()).close();
            }
            throw e;
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case IOException failure -> throw failure;
                case RuntimeException failure -> throw failure;
                case null, default -> throw new IOException(e.getMessage(), e);
            }
        }
    }

    /**
     * Returns the reason of a failure.
     *
     * @param last the last exception that the client has reported: its own message only names the servers
     */
    private static String reason(Exception failure, @Nullable Exception last) {
        boolean unspecific = String.valueOf(failure.getMessage()).startsWith(NO_SERVER);
        Throwable root = unspecific && last != null ? last : failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String message = String.valueOf(root.getMessage());
        return message.startsWith(NO_SERVER) ? "no server responds" : message;
    }

    /** Returns the servers, for messages. */
    @Override
    public String toString() {
        return servers.stream().map(Address::toString).collect(Collectors.joining(", "));
    }
}
