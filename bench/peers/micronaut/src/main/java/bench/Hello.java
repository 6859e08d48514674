package bench;

import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.runtime.Micronaut;

/** Hello world with Micronaut. */
@Controller
final class Hello {
    @Get(produces = "text/plain")
    String hello() {
        return "hello\n";
    }

    public static void main(String[] arguments) {
        Micronaut.build(arguments)
                .mainClass(Hello.class)
                .banner(false)
                .properties(java.util.Map.of(
                        "micronaut.server.host", "127.0.0.1", "micronaut.server.port", Integer.getInteger("port")))
                .start();
    }
}
