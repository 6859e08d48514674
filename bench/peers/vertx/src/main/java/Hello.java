import io.vertx.core.Vertx;

/** Hello world with Vert.x. */
final class Hello {
    public static void main(String[] arguments) {
        Vertx.vertx()
                .createHttpServer()
                .requestHandler(request -> request.response().end("hello\n"))
                .listen(Integer.getInteger("port"), "127.0.0.1");
    }
}
