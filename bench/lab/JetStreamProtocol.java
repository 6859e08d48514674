package lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.UUID;

/** NATS with the acknowledgements of JetStream: the stream {@code bench} has stored the message. */
final class JetStreamProtocol implements Protocol {
    private final Protocol nats = Protocol.nats();
    private final String inbox = "_INBOX." + UUID.randomUUID();

    /** Creates the stream, in files, with the size that the hub's streams have. */
    static void createStream(int port) throws IOException {
        String stream = """
                {"name":"bench","subjects":["bench"],"storage":"file","retention":"limits","discard":"old","max_bytes":268435456}""";
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress("127.0.0.1", port));
            socket.setSoTimeout(Subscribers.PATIENCE * 1000);
            socket.getOutputStream()
                    .write(("CONNECT {\"verbose\":false}\r\nSUB reply 1\r\nPUB $JS.API.STREAM.CREATE.bench reply "
                                    + stream.length() + "\r\n" + stream + "\r\n")
                            .getBytes(US_ASCII));
            StringBuilder response = new StringBuilder();
            byte[] bytes = new byte[16 * 1024];
            while (response.indexOf("stream_create_response") < 0) {
                int length = socket.getInputStream().read(bytes);
                if (length < 0) {
                    throw new IOException("nats-server closed the connection: " + response);
                }
                response.append(new String(bytes, 0, length, US_ASCII));
            }
            if (response.indexOf("\"error\"") >= 0) {
                throw new IOException("nats-server does not create the stream: " + response);
            }
        }
    }

    @Override
    public Protocol connection() {
        return new JetStreamProtocol(); // with an inbox of its own
    }

    @Override
    public byte[] subscribe() {
        return nats.subscribe();
    }

    @Override
    public byte[] subscribed() {
        return nats.subscribed();
    }

    @Override
    public byte[] connect() {
        return Protocol.join(nats.connect(), ("SUB " + inbox + " 1\r\n").getBytes(US_ASCII));
    }

    @Override
    public byte[] publish(byte[] payload) {
        return Protocol.join(
                ("PUB bench " + inbox + " " + payload.length + "\r\n").getBytes(US_ASCII),
                payload,
                "\r\n".getBytes(US_ASCII));
    }

    @Override
    public byte[] response() {
        return "\"seq\":".getBytes(US_ASCII);
    }
}
