import dev.ginkgo.*;
import java.time.Duration;

/** Prints a message repeatedly. Run it with {@code ginkgo HelloWorld.java}. */
final class HelloWorld extends Service {
    final Setting<String> message = setting("message", "Hello World").help("Text to print");
    final Setting<Integer> rate =
            setting("rate-per-minute", 60).between(1, 60_000).help("Messages per minute");

    @Override
    protected void onStart() {
        spawn("hello", this::helloForever);
    }

    private void helloForever() throws InterruptedException {
        while (true) {
            IO.println(message.get());
            sleep(Duration.ofMinutes(1).dividedBy(rate.get())); // a reload takes effect after the next message
        }
    }
}
