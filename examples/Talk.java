import dev.ginkgo.*;

/** The whole application of the talk in one process: the number server and the gateway. */
final class Talk extends Service {
    final NumberServer server = add("server", new NumberServer());
    final NumberGateway gateway = add("gateway", new NumberGateway());
}
