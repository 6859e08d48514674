package dev.ginkgo.run.daemon;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ginkgo.run.os.EffectiveUser;
import dev.ginkgo.run.output.JsonText;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Control socket of a daemon: a Unix socket of mode 0600 for the same user and root. Requests and responses are
 * JSON objects, one per line. {@code {"read":"status"}} only reads, {@code {"do":"reload"}} changes something; a
 * response with the member {@code error} is an error.
 *
 * <p>It uses a bounded number of platform threads, so that it still responds when the virtual threads of the daemon
 * hang.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final int MAX_PATH_BYTES = 107; // sun_path of sockaddr_un(7) has 108 bytes including the final NUL
    private static final int MAX_REQUEST_CHARS = 64 * 1024;
    private static final int MAX_CONNECTIONS = 16;
    private static final Duration ACCEPT_RETRY_DELAY = Duration.ofMillis(200);

    private final Path path;
    private final ServerSocketChannel server;
    private final UserPrincipal owner;
    private final RequestHandler handler;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

    /** Handler of requests. Called on the thread of the connection; exceptions are sent to the client as errors. */
    public interface RequestHandler {
        /**
         * Handles one request.
         *
         * @param acts whether the request may change something
         * @param command the requested view or action
         */
        Map<String, @Nullable Object> handle(boolean acts, String command) throws Exception;

        /**
         * Opens a session, which takes over the rest of the connection.
         *
         * @param kind the requested kind of session
         */
        Session openSession(String kind) throws Exception;
    }

    /** Series of requests with state. Confined to the thread of its connection. */
    public interface Session extends AutoCloseable {
        /** Handles one request; an exception is sent to the client as an error and does not end the session. */
        Map<String, @Nullable Object> handle(Map<String, @Nullable Object> request) throws Exception;

        @Override
        void close();
    }

    private ControlServer(Path path, ServerSocketChannel server, UserPrincipal owner, RequestHandler requestHandler) {
        this.path = path;
        this.server = server;
        this.owner = owner;
        this.handler = requestHandler;
    }

    /**
     * Opens the socket, replacing an existing file. The lock on the pidfile ensures that no other daemon uses the path.
     *
     * @throws IOException if the socket cannot be opened, or its path is too long
     */
    public static ControlServer open(Path path, RequestHandler requestHandler) throws IOException {
        int length = path.toString().getBytes(UTF_8).length;
        if (length > MAX_PATH_BYTES) {
            throw new IOException("the path of the control socket has " + length + " bytes, more than the limit of "
                    + MAX_PATH_BYTES + ": " + path + "; use a shorter --name or another XDG_RUNTIME_DIR");
        }
        Files.deleteIfExists(path);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        UserPrincipal owner;
        try {
            server.bind(UnixDomainSocketAddress.of(path));
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
            owner = Files.getOwner(path);
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot open the control socket " + path + ": " + e.getMessage(), e);
        }
        ControlServer control = new ControlServer(path, server, owner, requestHandler);
        Thread.ofPlatform().daemon().name("ginkgo-control").start(control::accept);
        return control;
    }

    /**
     * Returns whether the socket file still exists. If this process cannot check, because it has switched to another
     * user, the file is assumed to exist: this process could not create it again either.
     */
    public boolean isReachable() {
        try {
            Files.readAttributes(path, BasicFileAttributes.class);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        Files.deleteIfExists(path);
    }

    private void accept() {
        boolean failing = false;
        while (server.isOpen()) {
            try {
                startConnection(server.accept());
                failing = false;
            } catch (IOException e) { // such as too many open files: keep serving, to allow diagnosis later
                if (server.isOpen() && !failing) {
                    LOG.error("control socket {} cannot accept a connection; retrying", path, e);
                }
                failing = true;
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private void startConnection(SocketChannel client) throws IOException {
        if (!free.tryAcquire()) {
            client.close();
            return;
        }
        boolean started = false;
        try {
            Thread.ofPlatform().daemon().name("ginkgo-control-connection").start(() -> serve(client));
            started = true;
        } catch (OutOfMemoryError e) { // cannot create a thread
            throw new IOException("cannot create a thread for a connection: " + e.getMessage(), e);
        } finally {
            if (!started) {
                free.release();
                client.close();
            }
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(ACCEPT_RETRY_DELAY.toNanos());
            return true;
        } catch (InterruptedException e) {
            return false; // not expected
        }
    }

    private void serve(SocketChannel client) {
        try (client;
                BufferedReader in = new BufferedReader(Channels.newReader(client, UTF_8));
                Writer out = Channels.newWriter(client, UTF_8)) {
            UserPrincipal peer = peer(client);
            boolean allowed = isAllowed(peer);
            for (String line = read(in); line != null; line = read(in)) {
                if (!allowed) { // after reading a request, or the client may see a reset before the error
                    LOG.warn("control socket: rejected a request of user {}", peer.getName());
                    write(out, error("not permitted for user " + peer.getName()));
                    return;
                }
                Optional<Session> session = handleLine(line, out);
                if (session.isPresent()) {
                    try (Session open = session.get()) {
                        for (String next = read(in); next != null; next = read(in)) {
                            write(out, handle(next, open::handle));
                        }
                    }
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("a client of the control socket disconnected", e);
        } finally {
            free.release();
        }
    }

    /** Handler of the JSON object in one line. */
    private interface LineHandler {
        Map<String, @Nullable Object> handle(Map<String, @Nullable Object> request) throws Exception;
    }

    private static Map<String, @Nullable Object> handle(String line, LineHandler lineHandler) {
        try {
            return lineHandler.handle(JsonText.read(line));
        } catch (Exception e) {
            return error(e.getMessage() == null ? e.toString() : e.getMessage());
        }
    }

    private Map<String, @Nullable Object> handle(Map<String, @Nullable Object> request) throws Exception {
        if (request.get("read") instanceof String command) {
            return handler.handle(false, command);
        }
        if (request.get("do") instanceof String command) {
            return handler.handle(true, command);
        }
        return error("invalid request: send {\"read\":\"status\"} or {\"do\":\"reload\"}");
    }

    /** Handles a line, and returns the session that it opened. */
    private Optional<Session> handleLine(String line, Writer out) throws IOException {
        List<Session> opened = new ArrayList<>();
        Map<String, @Nullable Object> response = handle(line, request -> {
            if (!(request.get("converse") instanceof String kind)) {
                return handle(request);
            }
            opened.add(handler.openSession(kind));
            Map<String, @Nullable Object> empty = new LinkedHashMap<>();
            return empty;
        });
        write(out, response);
        return opened.stream().findFirst();
    }

    private static void write(Writer out, Map<String, @Nullable Object> response) throws IOException {
        out.write(JsonText.write(response) + "\n");
        out.flush();
    }

    private static Map<String, @Nullable Object> error(String text) {
        Map<String, @Nullable Object> response = new LinkedHashMap<>();
        response.put("error", text);
        return response;
    }

    /** Reads a line, or returns null at the end; a line over the limit ends the connection. */
    private static @Nullable String read(BufferedReader in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (line.length() == MAX_REQUEST_CHARS) {
                throw new IOException("a request has more than " + MAX_REQUEST_CHARS + " characters");
            }
            line.append((char) c);
        }
        return null;
    }

    private static UserPrincipal peer(SocketChannel client) throws IOException {
        UnixDomainPrincipal peer = client.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return peer.user();
    }

    /**
     * Returns whether the peer may send requests: the user that created the socket, root, and the current user of this
     * process. The first is compared without a lookup, because a lookup opens a file: a process that has run out of file
     * descriptors still has the one that accept(2) reserved for the connection, but no other.
     */
    private boolean isAllowed(UserPrincipal peer) throws IOException {
        if (peer.equals(owner)) {
            return true;
        }
        try {
            UserPrincipalLookupService users = path.getFileSystem().getUserPrincipalLookupService();
            return peer.equals(users.lookupPrincipalByName("root"))
                    || peer.equals(users.lookupPrincipalByName(Long.toString(EffectiveUser.id())));
        } catch (IOException e) {
            LOG.error("control socket {}: cannot check the permission of user {}", path, peer.getName(), e);
            throw e;
        }
    }
}
