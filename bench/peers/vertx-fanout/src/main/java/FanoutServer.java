import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerResponse;
import java.util.LinkedHashSet;
import java.util.Set;

/** Server-sent events with Vert.x on one event loop: what is posted is written to all subscribers. No history, no limits. */
final class FanoutServer {
    private final Set<HttpServerResponse> subscribers = new LinkedHashSet<>(); // used by the event loop only

    public static void main(String[] arguments) {
        Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true));
        FanoutServer server = new FanoutServer();
        vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true).setAcceptBacklog(4096))
                .requestHandler(request -> {
                    if (request.method() == HttpMethod.GET) {
                        server.subscribe(request.response());
                    } else {
                        request.body().onSuccess(body -> server.publish(body, request.response()));
                    }
                })
                .listen(Integer.getInteger("port"), "127.0.0.1")
                .onSuccess(_ -> System.out.println("native transport: " + vertx.isNativeTransportEnabled()));
    }

    private void subscribe(HttpServerResponse response) {
        response.putHeader("Content-Type", "text/event-stream").setChunked(true);
        response.exceptionHandler(_ -> subscribers.remove(response));
        response.closeHandler(_ -> subscribers.remove(response));
        response.writeHead();
        subscribers.add(response);
    }

    private void publish(Buffer body, HttpServerResponse response) {
        Buffer event = Buffer.buffer(body.length() + 8).appendString("data: ").appendBuffer(body).appendString("\n\n");
        for (HttpServerResponse subscriber : subscribers) {
            subscriber.write(event);
        }
        response.end();
    }
}
