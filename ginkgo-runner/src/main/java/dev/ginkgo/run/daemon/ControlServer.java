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
 * The control socket of a daemon: a Unix socket of mode 0600 on which the same user, or root, asks one JSON
 * object a line and is answered one JSON object a line. {@code {"read":"status"}} only looks, {@code {"do":"reload"}}
 * acts; an answer with the member {@code error} is a refusal.
 *
 * <p>It runs on platform threads, few of them: a daemon whose virtual threads hang is the one to be asked.
 */
public final class ControlServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");
    private static final int MAX_PATH_BYTES = 107; // sun_path of sockaddr_un(7) has 108 bytes with the last zero
    private static final int MAX_REQUEST_CHARS = 64 * 1024;
    private static final int MAX_CONNECTIONS = 16;
    private static final Duration ACCEPT_RETRY_DELAY = Duration.ofMillis(200);

    private final Path path;
    private final ServerSocketChannel server;
    private final UserPrincipal owner;
    private final RequestHandler handler;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);

    /** What the daemon says. Called on a thread of the connection; what it throws is told to the asker. */
    public interface RequestHandler {
        /**
         * Answers one request.
         *
         * @param acts whether the request may change something
         * @param command what is asked for
         */
        Map<String, @Nullable Object> handle(boolean acts, String command) throws Exception;

        /**
         * Begins a session, for which the rest of the connection is.
         *
         * @param about what is asked for
         */
        Session openSession(String about) throws Exception;
    }

    /** More than one question and answer. For the thread of its connection. */
    public interface Session extends AutoCloseable {
        /** Answers one line; what it throws is told to the asker, and the session goes on. */
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
     * Opens it, in the place of whatever lies there: that nobody else answers there is for the pidfile's lock to see to.
     *
     * @throws IOException if it cannot be opened, or its path is too long for a socket
     */
    public static ControlServer open(Path path, RequestHandler requestHandler) throws IOException {
        int length = path.toString().getBytes(UTF_8).length;
        if (length > MAX_PATH_BYTES) {
            throw new IOException("the path of the control socket has " + length + " bytes, and a socket's may have "
                    + MAX_PATH_BYTES + ": " + path + "; choose a shorter --name, or another XDG_RUNTIME_DIR");
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
            throw new IOException("the control socket " + path + " cannot be opened: " + e.getMessage(), e);
        }
        ControlServer control = new ControlServer(path, server, owner, requestHandler);
        Thread.ofPlatform().daemon().name("ginkgo-control").start(control::accept);
        return control;
    }

    /**
     * Whether the file is still there, by which it is found. Where this process may not look any more, since it has
     * become another user, it is taken to be: it could not be made again either.
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
            } catch (IOException e) { // such as too many open files: the time to ask what is wrong comes after that
                if (server.isOpen() && !failing) {
                    LOG.error("the control socket {} cannot take a connection, and tries again", path, e);
                }
                failing = true;
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private void startConnection(SocketChannel asker) throws IOException {
        if (!free.tryAcquire()) {
            asker.close();
            return;
        }
        boolean started = false;
        try {
            Thread.ofPlatform().daemon().name("ginkgo-control-asker").start(() -> serve(asker));
            started = true;
        } catch (OutOfMemoryError e) { // no thread more
            throw new IOException("no thread for an asker: " + e.getMessage(), e);
        } finally {
            if (!started) {
                free.release();
                asker.close();
            }
        }
    }

    private static boolean pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(ACCEPT_RETRY_DELAY.toNanos());
            return true;
        } catch (InterruptedException e) {
            return false; // nobody does
        }
    }

    private void serve(SocketChannel asker) {
        try (asker;
                BufferedReader in = new BufferedReader(Channels.newReader(asker, UTF_8));
                Writer out = Channels.newWriter(asker, UTF_8)) {
            UserPrincipal peer = peer(asker);
            boolean allowed = isAllowed(peer);
            for (String line = read(in); line != null; line = read(in)) {
                if (!allowed) { // told after a request was read: else the end of the connection overtakes the answer
                    LOG.warn("{} may not ask at the control socket", peer.getName());
                    write(out, error(peer.getName() + " may not ask here"));
                    return;
                }
                Optional<Session> session = handleLine(line, out);
                if (session.isPresent()) {
                    try (Session going = session.get()) {
                        for (String next = read(in); next != null; next = read(in)) {
                            write(out, handle(next, going::handle));
                        }
                    }
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("an asker at the control socket went away", e);
        } finally {
            free.release();
        }
    }

    /** Who answers a request. */
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
        return error("ask {\"read\":\"status\"} or {\"do\":\"reload\"}");
    }

    /** Answers a line, and gives the session that it has begun. */
    private Optional<Session> handleLine(String line, Writer out) throws IOException {
        List<Session> begun = new ArrayList<>();
        Map<String, @Nullable Object> told = handle(line, request -> {
            if (!(request.get("converse") instanceof String about)) {
                return handle(request);
            }
            begun.add(handler.openSession(about));
            Map<String, @Nullable Object> welcome = new LinkedHashMap<>();
            return welcome;
        });
        write(out, told);
        return begun.stream().findFirst();
    }

    private static void write(Writer out, Map<String, @Nullable Object> answer) throws IOException {
        out.write(JsonText.write(answer) + "\n");
        out.flush();
    }

    private static Map<String, @Nullable Object> error(String text) {
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("error", text);
        return answer;
    }

    /** A line; a longer one than anybody needs ends the connection. */
    private static @Nullable String read(BufferedReader in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == '\n') {
                return line.toString();
            }
            if (line.length() == MAX_REQUEST_CHARS) {
                throw new IOException("a request of more than " + MAX_REQUEST_CHARS + " characters");
            }
            line.append((char) c);
        }
        return null;
    }

    private static UserPrincipal peer(SocketChannel asker) throws IOException {
        UnixDomainPrincipal peer = asker.getOption(ExtendedSocketOptions.SO_PEERCRED);
        return peer.user();
    }

    /**
     * Who made the socket, root, and whom this process runs as by now. The first is known: to look a user up takes a file,
     * and a process that has too many open already has one for the asker (accept(2) keeps it while it waits), and no more.
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
            LOG.error("at the control socket {}, it cannot be found out whether {} may ask", path, peer.getName(), e);
            throw e;
        }
    }
}
