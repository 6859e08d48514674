import dev.ginkgo.*;

/** All of the talk's application in one process: the numbers, and the gateway that shows them. */
final class Talk extends Service {
    final NumberServer server = add("server", new NumberServer());
    final NumberGateway gateway = add("gateway", new NumberGateway());
}
