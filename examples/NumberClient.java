import dev.ginkgo.*;
import dev.ginkgo.config.*;
import dev.ginkgo.config.Address;
import dev.ginkgo.net.tcp.*;
import java.io.IOException;
import java.util.Iterator;

/**
 * Receives numbers from a {@link NumberServer} and provides them as an {@code Iterable}. Reconnects when the connection
 * is lost. If no task consumes the numbers, the oldest are dropped. {@link NumberPrinter} shows how to use it.
 */
final class NumberClient extends Service implements Iterable<Integer> {
    final Setting<Address> server =
            setting("server", Address.of("127.0.0.1:7776")).help("Address of the number server");

    final Mailbox<Integer> mailbox = add("mailbox", new Mailbox<>(64, Mailbox.Overflow.DROP_OLDEST));
    final TcpClient tcp = add("tcp", new TcpClient(server, this::readNumbers));

    /** Returns the numbers as they arrive, until the calling task or this service is stopped. */
    @Override
    public Iterator<Integer> iterator() {
        return mailbox.iterator();
    }

    private void readNumbers(Connection connection) throws IOException, InterruptedException {
        for (String line = connection.readLine(); line != null; line = connection.readLine()) {
            mailbox.put(Integer.valueOf(line)); // an invalid number closes this connection
        }
    }
}
