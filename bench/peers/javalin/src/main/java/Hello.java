import io.javalin.Javalin;

/** Hello world with Javalin. */
final class Hello {
    public static void main(String[] arguments) {
        Javalin.create(config -> config.routes.get("/", context -> context.result("hello\n")))
                .start("127.0.0.1", Integer.getInteger("port"));
    }
}
