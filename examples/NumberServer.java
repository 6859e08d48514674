import dev.ginkgo.*;
import dev.ginkgo.config.*;
import dev.ginkgo.config.Address;
import dev.ginkgo.net.tcp.*;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Sends a random number to everyone who connects, one at once and then at a steady pace. Try {@code nc}. */
final class NumberServer extends Service {
    final Setting<Address> bind =
            setting("bind", Address.of("127.0.0.1:7776")).restartRequired().help("Where to listen");
    final Setting<Integer> rate =
            setting("rate-per-minute", 60).between(1, 60_000).help("Numbers per minute, for each client");

    final TcpServer tcp = add("tcp", new TcpServer(bind, this::sendNumbers));

    private void sendNumbers(Connection client) throws IOException, InterruptedException {
        while (true) {
            int number = ThreadLocalRandom.current().nextInt(0, 11);
            client.writeLine(Integer.toString(number));
            sleep(Duration.ofMinutes(1).dividedBy(rate.get())); // a reload is felt at the next number
        }
    }
}
