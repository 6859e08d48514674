package lab;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;

/** How a client subscribes to a server and publishes to it. All bytes are those of a whole request. */
interface Protocol {
    /** Returns what a subscriber sends after it has connected. */
    byte[] subscribe();

    /** Returns what a subscriber of one of many channels sends; channel 0 is the one of {@link #subscribe()}. */
    default byte[] subscribe(int channel) {
        if (channel != 0) {
            throw new UnsupportedOperationException("this server is measured with one channel only");
        }
        return subscribe();
    }

    /** Returns the last bytes of the response to a subscriber; messages published after that reach it. */
    byte[] subscribed();

    /** Returns what a publisher sends after it has connected; empty if nothing. */
    default byte[] connect() {
        return new byte[0];
    }

    /** Returns the last bytes of the response to that; empty if the publisher does not wait for one. */
    default byte[] connected() {
        return new byte[0];
    }

    /** Returns the protocol of a new connection of a publisher: another object if a connection has state. */
    default Protocol connection() {
        return this;
    }

    /** Returns what a publisher sends for one message. */
    byte[] publish(byte[] payload);

    /** Returns what a publisher sends for one message to one of many channels. */
    default byte[] publish(int channel, byte[] payload) {
        if (channel != 0) {
            throw new UnsupportedOperationException("this server is measured with one channel only");
        }
        return publish(payload);
    }

    /** Returns what a publisher sends after the last message of a batch; empty if nothing. */
    default byte[] flush() {
        return new byte[0];
    }

    /** Returns bytes that each response to a publisher contains once. */
    byte[] response();

    /** Counts the responses on a new connection of a publisher. */
    default ResponseCounter responseCounter() {
        return ResponseCounter.matching(response());
    }

    /** Returns how many responses a batch has. */
    default int responses(int messages) {
        return messages;
    }

    /** The HTTP of the hub, of nchan and of the C program. */
    static Protocol http(String subscribeHeaders) {
        return new Protocol() {
            @Override
            public byte[] subscribe() {
                return subscribe(0);
            }

            @Override
            public byte[] subscribe(int channel) {
                return ("GET " + path(channel) + query(subscribeHeaders) + " HTTP/1.1\r\nHost: localhost\r\n" + headers(subscribeHeaders)
                                + "\r\n")
                        .getBytes(US_ASCII);
            }

            @Override
            public byte[] subscribed() {
                return "\r\n\r\n".getBytes(US_ASCII);
            }

            @Override
            public byte[] publish(byte[] payload) {
                return publish(0, payload);
            }

            @Override
            public byte[] publish(int channel, byte[] payload) {
                return join(
                        ("POST " + path(channel) + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\nContent-Length: "
                                        + payload.length + "\r\n\r\n")
                                .getBytes(US_ASCII),
                        payload);
            }

            @Override
            public byte[] response() {
                return "HTTP/1.1 20".getBytes(US_ASCII);
            }
        };
    }

    /** NATS without acknowledgements: a ping after each batch. */
    static Protocol nats() {
        byte[] hello = "CONNECT {\"verbose\":false}\r\n".getBytes(US_ASCII);
        return new Protocol() {
            @Override
            public byte[] subscribe() {
                return join(hello, "SUB bench 1\r\nPING\r\n".getBytes(US_ASCII));
            }

            @Override
            public byte[] subscribed() {
                return "PONG\r\n".getBytes(US_ASCII);
            }

            @Override
            public byte[] connect() {
                return hello;
            }

            @Override
            public byte[] publish(byte[] payload) {
                return join(
                        ("PUB bench " + payload.length + "\r\n").getBytes(US_ASCII), payload, "\r\n".getBytes(US_ASCII));
            }

            @Override
            public byte[] flush() {
                return "PING\r\n".getBytes(US_ASCII);
            }

            @Override
            public byte[] response() {
                return "PONG".getBytes(US_ASCII);
            }

            @Override
            public int responses(int messages) {
                return 1;
            }
        };
    }

    /** MQTT 3.1.1: subscribers with QoS 0, a publisher with QoS 1. */
    static Protocol mqtt() {
        return new Protocol() {
            @Override
            public byte[] subscribe() {
                return join(hello(), packet(0x82, join(new byte[] {0, 1}, text("bench"), new byte[] {0})));
            }

            @Override
            public byte[] subscribed() {
                return new byte[] {(byte) 0x90, 3, 0, 1, 0};
            }

            @Override
            public byte[] connect() {
                return hello();
            }

            @Override
            public byte[] publish(byte[] payload) {
                return packet(0x32, join(text("bench"), new byte[] {0, 1}, payload));
            }

            @Override
            public byte[] response() {
                return new byte[] {0x40, 2};
            }

            private byte[] hello() {
                return packet(0x10, join(text("MQTT"), new byte[] {4, 2, 0, 0}, text("")));
            }

            private byte[] text(String text) {
                return join(new byte[] {0, (byte) text.length()}, text.getBytes(US_ASCII));
            }

            private byte[] packet(int type, byte[] body) {
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                out.write(type);
                int rest = body.length;
                do {
                    out.write((rest & 127) | (rest > 127 ? 128 : 0));
                    rest >>= 7;
                } while (rest > 0);
                out.writeBytes(body);
                return out.toByteArray();
            }
        };
    }

    private static String path(int channel) {
        return channel == 0 ? "/bench" : "/bench/" + channel;
    }

    private static String query(String headers) {
        return headers.startsWith("?") ? headers.substring(0, headers.indexOf(' ')) : "";
    }

    private static String headers(String headers) {
        return headers.startsWith("?") ? headers.substring(headers.indexOf(' ') + 1) : headers;
    }

    static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }
}
