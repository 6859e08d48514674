import dev.ginkgo.*;
import dev.ginkgo.config.*;
import dev.ginkgo.config.Address;
import dev.ginkgo.net.tcp.*;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Sends random numbers to each client: one on connect, then one per interval. Try it with {@code nc}. */
final class NumberServer extends Service {
    final Setting<Address> bind =
            setting("bind", Address.of("127.0.0.1:7776")).restartRequired().help("Address to listen on");
    final Setting<Integer> rate =
            setting("rate-per-minute", 60).between(1, 60_000).help("Numbers per minute for each client");

    final TcpServer tcp = add("tcp", new TcpServer(bind, this::sendNumbers));

    private void sendNumbers(Connection client) throws IOException, InterruptedException {
        while (true) {
            int number = ThreadLocalRandom.current().nextInt(0, 11);
            client.writeLine(Integer.toString(number));
            sleep(Duration.ofMinutes(1).dividedBy(rate.get())); // a reload takes effect after the next number
        }
    }
}
