package dev.ginkgo.hub.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** WebSocket client of the JDK that stores the text messages it receives. */
public final class JdkWebSocketClient implements WebSocket.Listener, AutoCloseable {
    private final List<String> texts = new CopyOnWriteArrayList<>();
    private final StringBuilder partial = new StringBuilder();
    private final WebSocket socket;

    public JdkWebSocketClient(HttpClient client, URI uri) {
        socket = client.newWebSocketBuilder().buildAsync(uri, this).join();
    }

    public List<String> texts() {
        return texts;
    }

    @Override
    public @Nullable CompletionStage<?> onText(WebSocket sender, CharSequence data, boolean last) {
        partial.append(data);
        if (last) {
            texts.add(partial.toString());
            partial.setLength(0);
        }
        sender.request(1);
        return null;
    }

    @Override
    public void close() {
        socket.abort();
    }
}
