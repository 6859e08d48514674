package lab;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A running server under test.
 *
 * @param layer how subscribers read; null for plain connections on one selector
 * @param streams subscriptions on each connection; 1 unless there is a layer that can have more
 * @param behind servers that this one needs; they are closed with it
 */
record Server(
        String name,
        Process process,
        int port,
        Protocol protocol,
        Connector connector,
        ThreadSubscribers.Layer layer,
        int streams,
        List<Server> behind)
        implements AutoCloseable {
    private static final int MAX_FILES_WITHOUT_CLIENTS = 500;
    private static final int IDLE_MILLIS = 7_500; // two collections: more of them in a short time would enlarge the heap

    /** Starts a server, and waits until it accepts connections. */
    static Server start(Path folder, String name, int port, Protocol protocol, List<String> command)
            throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        Server server = new Server(name, process, port, protocol, Connector.plain(), null, 1, List.of());
        for (int i = 0; i < 300 && process.isAlive(); i++) {
            try (SocketChannel probe =
                    SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
                return server;
            } catch (IOException notYet) {
                Thread.sleep(100);
            }
        }
        server.close();
        throw new IOException(name + " does not listen; see " + folder.resolve(name + ".log"));
    }

    /** Returns this server with another way to connect and to read. */
    Server over(Connector other, ThreadSubscribers.Layer otherLayer, int streamsPerConnection) {
        return new Server(name, process, port, protocol, other, otherLayer, streamsPerConnection, behind);
    }

    /** Returns this server together with those that it needs. */
    Server with(List<Server> needed) {
        return new Server(name, process, port, protocol, connector, layer, streams, needed);
    }

    /** Returns the processor time of this server and of those that it needs, with their children, in µs. */
    double cpu() {
        return Cpu.ofProcess(process.toHandle())
                + behind.stream().mapToDouble(Server::cpu).sum();
    }

    /** Waits until the server has closed the connections of clients that have left. */
    void awaitDisconnects() throws IOException, InterruptedException {
        for (int i = 0; i < 100 && Cpu.openFiles(process.toHandle()) > MAX_FILES_WITHOUT_CLIENTS; i++) {
            Thread.sleep(100);
        }
    }

    /** Subscribes to channels in turns, with a plain connection for each subscriber. */
    Subscribers subscribeToChannels(int subscribers, int firstChannel, int channels) throws IOException {
        return new PlainSubscribers(this, subscribers, 0, firstChannel, channels);
    }

    /** Subscribes; if there is a layer, all subscribers read. */
    Subscribers subscribe(int reading, int stuck) throws IOException, InterruptedException {
        return layer == null
                ? new PlainSubscribers(this, reading, stuck)
                : new ThreadSubscribers(this, layer, Math.max(1, reading / streams), streams);
    }

    /** Waits until a request for a path is answered with 200. */
    Server awaitReady(String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)).build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 300 && process.isAlive(); i++) {
                if (client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
                    return this;
                }
                Thread.sleep(100);
            }
        }
        close();
        throw new IOException(name + " does not become ready");
    }

    /** Returns the number of connections with bytes that have not been acknowledged by the client. */
    int fullSockets() throws IOException {
        String local = String.format("0100007F:%04X", port);
        try (Stream<String> lines = Stream.concat(
                Files.lines(Path.of("/proc/net/tcp")), ipv6Lines())) {
            return (int) lines.map(line -> line.strip().split(" +"))
                    .filter(fields -> fields[1].endsWith(local) && !fields[4].startsWith("00000000:"))
                    .count();
        }
    }

    private static Stream<String> ipv6Lines() throws IOException {
        Path file = Path.of("/proc/net/tcp6"); // contains IPv4 connections of sockets that accept both
        return Files.exists(file) ? Files.lines(file) : Stream.empty();
    }

    /**
     * Makes a Java process return memory to the system as it does when it is idle: by concurrent collections, without work in
     * between, and by giving back free blocks of malloc. Without effect on other processes.
     */
    void returnMemory() throws IOException, InterruptedException {
        if (!process.info().command().orElse("").endsWith("/java")) {
            return; // the signal by which jcmd attaches ends other programs
        }
        jcmd("VM.set_flag", "G1PeriodicGCInterval", "3000");
        Thread.sleep(IDLE_MILLIS);
        jcmd("VM.set_flag", "G1PeriodicGCInterval", "0");
        for (int i = 0; i < 5; i++) { // compilers may still be at work
            Thread.sleep(1_000);
            jcmd("System.trim_native_heap");
        }
    }

    /** Returns the size of the reachable objects of a Java process; 0 for others. */
    long liveHeap() throws IOException, InterruptedException {
        if (!process.info().command().orElse("").endsWith("/java")) {
            return 0;
        }
        String[] lines = jcmd("GC.class_histogram").split("\n");
        String[] total = lines[lines.length - 1].trim().split("\\s+");
        return total[0].equals("Total") ? Long.parseLong(total[2]) : 0;
    }

    private String jcmd(String... words) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(), Long.toString(process.pid())));
        command.addAll(List.of(words));
        Process jcmd = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(jcmd.getInputStream().readAllBytes());
        jcmd.waitFor();
        return output;
    }

    /** Returns a port that nothing used a moment ago. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        children.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        behind.forEach(Server::close);
    }
}
