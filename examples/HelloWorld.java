import dev.ginkgo.*;
import java.time.Duration;

/** Says hello, again and again. Run it: {@code ginkgo HelloWorld.java}. */
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
            sleep(Duration.ofMinutes(1).dividedBy(rate.get())); // a reload is felt at the next message
        }
    }
}
