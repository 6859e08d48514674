import io.helidon.webserver.WebServer;

/** Hello world with Helidon SE. */
final class Hello {
    public static void main(String[] arguments) {
        WebServer.builder()
                .host("127.0.0.1")
                .port(Integer.getInteger("port"))
                .routing(routing -> routing.get("/", (request, response) -> response.send("hello\n")))
                .build()
                .start();
    }
}
