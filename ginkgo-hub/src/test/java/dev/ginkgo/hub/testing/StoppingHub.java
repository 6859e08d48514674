package dev.ginkgo.hub.testing;

import java.io.IOException;

/** Responses of a hub that is being stopped. */
public final class StoppingHub {
    private StoppingHub() {}

    /** Returns the response to a message whose request was received before the stop, and its body afterwards. */
    public static String responseToMessage() throws IOException, InterruptedException {
        try (TestHub testHub = TestHub.start();
                RawHttpClient publisher = testHub.connect();
                RawHttpClient subscriber = testHub.lines("/y")) {
            publisher.send("POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
            publisher.head();
            Thread stop = stop(testHub);
            subscriber.readToEnd();
            String response = publisher.send("1").response();
            stop.join();
            return response;
        }
    }

    /** Returns the response of the readiness page while the hub waits for {@code http.drain-delay}. */
    public static String readiness() throws IOException, InterruptedException {
        try (TestHub testHub = TestHub.start("drain-delay = '1s'");
                RawHttpClient client = testHub.connect()) {
            String ready = "GET /-/health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n";
            client.send(ready).response();
            Thread stop = stop(testHub);
            String response = "";
            while (!response.startsWith("HTTP/1.1 503")) {
                response = client.send(ready).response();
            }
            stop.join();
            return response;
        }
    }

    private static Thread stop(TestHub testHub) {
        return Thread.ofVirtual().start(() -> testHub.tree().ginkgo().stop());
    }
}
