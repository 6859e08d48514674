import dev.ginkgo.*;
import dev.ginkgo.config.*;
import dev.ginkgo.config.Address;
import dev.ginkgo.net.http.*;
import dev.ginkgo.net.http.HttpServer;
import java.nio.charset.StandardCharsets;

/** Hello world with Ginkgo, run from source: the file is compiled at each start. */
final class HelloHttp extends Service {
    final Setting<Address> bind = setting("bind", Address.of("127.0.0.1:8080")).restartRequired();
    final HttpServer http = add("http", new HttpServer(bind, exchange -> {
        byte[] hello = "hello\n".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, hello.length);
        exchange.getResponseBody().write(hello);
    }));
}
