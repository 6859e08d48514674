import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.net.tcp.Connection;
import dev.ginkgo.net.tcp.TcpServer;
import java.io.IOException;

/** Server that returns each line, as the tutorial writes one; prints its port. */
final class LineServer extends Service {
    final TcpServer tcp = add("tcp", new TcpServer(() -> Address.of("127.0.0.1:0"), this::echo));

    private void echo(Connection client) throws IOException {
        for (String line = client.readLine(); line != null; line = client.readLine()) {
            client.writeLine(line);
        }
    }

    public static void main(String[] arguments) throws Exception {
        LineServer server = new LineServer();
        Ginkgo tree = Ginkgo.of(server)
                .configuration(Configuration.empty().set("tcp.max-connections", "20000"))
                .start();
        System.out.println(server.tcp.address().port());
        tree.awaitStopped();
    }
}
