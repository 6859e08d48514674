package dev.ginkgo.hub.exhaustion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.ginkgo.hub.testing.ExternalProcess;
import dev.ginkgo.hub.testing.RawHttpClient;
import dev.ginkgo.hub.testing.TestHub;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.IntFunction;

/** What one outsider does to use up one resource of a hub. */
enum Attack {
    CONNECTIONS {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            outsider.connect(1_500).send(_ -> "GET /x" + HOST);
        }
    },
    HALF_HEADS {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            outsider.connect(900).send(_ -> "GET /x" + HOST + "X-Filler: " + "x".repeat(7_000));
        }
    },
    HALF_BODIES {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            String most = "POST /x" + HOST + "Content-Length: " + LARGE + "\r\n\r\n" + "x".repeat(LARGE - 1);
            outsider.connect(600).send(_ -> most);
        }
    },
    MESSAGES {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            String large = "x".repeat(LARGE - 1);
            publishAll(port, 300, 1, i -> post(i % 2 == 0 ? "/one" : "/many/" + i, large));
        }
    },
    CHANNELS {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            publishAll(port, 12_000, 100, i -> post("/channel/" + i, "x"));
        }
    },
    PATTERNS {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            outsider.connect(900)
                    .send(i -> "GET "
                            + String.join(",", Collections.nCopies(8, "/p" + i + "/*".repeat(60)))
                                    .replaceAll("/\\*,/p(\\d+)", "/*,/q$1")
                            + HOST + "\r\n");
        }
    },
    IDEMPOTENCY_KEYS {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            publishAll(port, 12_000, 100, i -> post("/keys", "x", "Idempotency-Key: " + "k".repeat(50) + i + "\r\n"));
        }
    },
    SUBSCRIBERS_THAT_READ_NOTHING {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            outsider.connect(900).send(_ -> "GET /large" + HOST + "\r\n");
            publishAll(port, 100, 1, i -> post("/large", "x".repeat(400_000) + i));
        }
    },
    SUBSCRIBERS_AT_DIFFERENT_MESSAGES {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            List<String> published = publishAll(port, 100, 1, i -> post("/large", "x".repeat(400_000) + i));
            outsider.connect(900).send(i -> "GET /large?since=" + id(published.get(i % 100)) + HOST + "\r\n");
            outsider.trickle();
        }
    },
    PIPELINED_REQUESTS {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            String requests = post("/x", "y").repeat(20_000);
            outsider.connect(100).send(_ -> requests);
        }
    },
    HALF_FRAMES {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            outsider.connect(900).send(_ -> handshake("/x", ""));
            String half = "\u0082\u00fe\u00ff\u00ff\1\2\3\4" + "x".repeat(60_000);
            outsider.send(_ -> half);
        }
    },
    WEB_SOCKETS {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            String handshake = handshake("/-/ws", "Sec-WebSocket-Protocol: ginkgo.v1\r\n");
            assertThat(outsider.connect(300).send(_ -> handshake)).isEqualTo(300);
            outsider.awaitInput();
            double others = subscribers(port);
            outsider.send(i -> subscribe("/large")
                    + subscribe("/large,/" + i)
                    + subscribe("/a" + i)
                    + subscribe("/b" + i)
                    + subscribe("/c" + i));
            await().atMost(ExternalProcess.TIMEOUT)
                    .untilAsserted(
                            () -> assertThat(subscribers(port) - others).isEqualTo(1_000)); // the limit of an address
            publishAll(port, 50, 1, i -> post("/large", "x".repeat(400_000) + i));
            // the first part of a frame of 2,000,000 bytes, whose mask is zero
            String half = "\u0081\u00ff\0\0\0\0\0\u001e\u0084\u0080\0\0\0\0" + "x".repeat(300_000);
            outsider.send(_ -> half);
        }
    },
    POLLS_OF_THE_WHOLE_HISTORY {
        @Override
        void saturate(Outsider outsider, int port) throws IOException {
            publishAll(port, 12_000, 100, i -> post("/channel/" + i % 9_000, "x".repeat(500)));
            outsider.connect(20).send(_ -> pollsOfTheWholeHistory());
        }
    };

    private static final int LARGE = 1 << 20;

    /** End of a request line, and the header {@code Host}. */
    static final String HOST = " HTTP/1.1\r\nHost: localhost\r\n";

    /**
     * Uses up the resource. Returns when the hub accepts no more.
     *
     * @param outsider a client without connections
     * @param port the port of the hub
     */
    abstract void saturate(Outsider outsider, int port) throws IOException;

    /** Returns some requests for the whole history. */
    static String pollsOfTheWholeHistory() {
        return ("GET /%3E?poll=1&wait=0s&since=all" + HOST + "\r\n").repeat(3);
    }

    private static String post(String path, String body, String... headers) {
        return "POST " + path + HOST + String.join("", headers) + "Content-Length: " + body.length() + "\r\n\r\n"
                + body;
    }

    /** Publishes over one connection, some requests at a time, and returns the responses. */
    private static List<String> publishAll(int port, int count, int atATime, IntFunction<String> request)
            throws IOException {
        List<String> responses = new ArrayList<>();
        try (RawHttpClient client = new RawHttpClient(port)) {
            for (int from = 0; from < count; from += atATime) {
                StringBuilder batch = new StringBuilder();
                for (int i = from; i < from + atATime; i++) {
                    batch.append(request.apply(i));
                }
                client.send(batch.toString());
                for (int i = 0; i < atATime; i++) {
                    responses.add(client.response());
                }
            }
        }
        return responses;
    }

    private static String id(String response) {
        return response.replaceAll("(?s).*\"id\":\"([^\"]+)\".*", "$1");
    }

    private static String handshake(String path, String headers) {
        return "GET " + path + HOST + "Upgrade: websocket\r\nConnection: Upgrade\r\n" + headers
                + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
    }

    private static double subscribers(int port) throws IOException {
        try (RawHttpClient client = new RawHttpClient(port)) {
            return TestHub.metric(client.send("GET /-/metrics" + HOST + "\r\n").response(), "subscribers");
        }
    }

    private static String subscribe(String channels) {
        String request = "{\"type\":\"subscribe\",\"request\":1,\"channels\":\"" + channels + "\",\"since\":\"all\"}";
        return "\u0081" + (char) (0x80 | request.length()) + "\0\0\0\0" + request;
    }
}
