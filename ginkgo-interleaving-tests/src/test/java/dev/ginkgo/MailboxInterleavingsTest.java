package dev.ginkgo;

import dev.ginkgo.config.Configuration;
import dev.ginkgo.interleaving.Scenario;
import dev.ginkgo.interleaving.StandingTime;
import dev.ginkgo.internal.config.CurrentSettings;
import dev.ginkgo.internal.engine.EngineSettings;
import dev.ginkgo.internal.engine.ServiceTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A mailbox in every interleaving of its producers and consumers. */
@Tag("long")
class MailboxInterleavingsTest {

    /** A mailbox for one item. */
    private abstract static class MailboxScenario extends Scenario {
        private static final EngineSettings ENGINE_SETTINGS = new EngineSettings();
        private static final CurrentSettings SETTINGS = new CurrentSettings(List.of(), Configuration.empty());

        final Mailbox<String> mailbox;

        MailboxScenario(Mailbox.Overflow overflow) {
            mailbox = new Mailbox<>(1, overflow);
            mailbox.serviceNode.attachAsRoot(new ServiceTree(
                    mailbox.serviceNode,
                    new StandingTime(),
                    new Random(1),
                    ENGINE_SETTINGS,
                    SETTINGS,
                    List.of(),
                    VisibleThread::new));
        }

        @Override
        protected int actions() {
            return 3;
        }
    }

    /** Two producers, and a consumer that takes everything. */
    private static final class OneConsumer extends MailboxScenario {
        private final List<String> taken = new ArrayList<>();

        OneConsumer() {
            super(Mailbox.Overflow.BLOCK);
        }

        @Override
        protected Scenario newInstance() {
            return new OneConsumer();
        }

        @Override
        protected void first() throws InterruptedException {
            mailbox.put("a1");
            mailbox.put("a2");
        }

        @Override
        protected void second() throws InterruptedException {
            mailbox.put("b1");
        }

        @Override
        protected void third() throws InterruptedException {
            for (int i = 0; i < 3; i++) {
                taken.add(mailbox.take());
            }
        }

        @Override
        protected void verify() {
            require(
                    taken.stream().sorted().toList().equals(List.of("a1", "a2", "b1"))
                            && taken.indexOf("a1") < taken.indexOf("a2")
                            && mailbox.dropped() == 0,
                    "taken " + taken + ", dropped " + mailbox.dropped());
        }
    }

    /** A producer and two consumers. */
    private static final class TwoConsumers extends MailboxScenario {
        private @Nullable String second;
        private @Nullable String third;

        TwoConsumers() {
            super(Mailbox.Overflow.BLOCK);
        }

        @Override
        protected Scenario newInstance() {
            return new TwoConsumers();
        }

        @Override
        protected void first() throws InterruptedException {
            mailbox.put("a");
            mailbox.put("b");
        }

        @Override
        protected void second() throws InterruptedException {
            second = mailbox.take();
        }

        @Override
        protected void third() throws InterruptedException {
            third = mailbox.take();
        }

        @Override
        protected void verify() {
            String both = second + third;
            require(both.equals("ab") || both.equals("ba"), "taken " + both);
        }
    }

    /** A producer and two consumers, one of which is interrupted while it waits. */
    private static final class InterruptedConsumer extends MailboxScenario {
        private @Nullable String second;
        private @Nullable String third;

        InterruptedConsumer() {
            super(Mailbox.Overflow.DROP_OLDEST);
        }

        @Override
        protected Scenario newInstance() {
            return new InterruptedConsumer();
        }

        @Override
        protected void first() throws InterruptedException {
            mailbox.put("a");
        }

        @Override
        protected void second() {
            Thread.currentThread().interrupt();
            try {
                second = mailbox.take();
                mailbox.put(second); // for the other consumer
            } catch (InterruptedException e) {
                second = "interrupted";
            }
        }

        @Override
        protected void third() throws InterruptedException {
            third = mailbox.take();
        }

        @Override
        protected void verify() {
            require("a".equals(third), "taken " + second + ", " + third);
        }
    }

    /** Two producers and a consumer of a mailbox that drops items. */
    private static final class Dropping extends MailboxScenario {
        private @Nullable String taken;

        Dropping() {
            super(Mailbox.Overflow.DROP_OLDEST);
        }

        @Override
        protected Scenario newInstance() {
            return new Dropping();
        }

        @Override
        protected void first() throws InterruptedException {
            mailbox.put("a1");
            mailbox.put("a2");
        }

        @Override
        protected void second() throws InterruptedException {
            mailbox.put("b1");
        }

        @Override
        protected void third() throws InterruptedException {
            taken = mailbox.take();
        }

        @Override
        protected void verify() {
            require(
                    1 + mailbox.size() + mailbox.dropped() == 3,
                    "taken " + taken + ", queued " + mailbox.size() + ", dropped " + mailbox.dropped());
        }
    }

    /** A producer that waits for room, and the end of the mailbox. */
    private static final class Stopping extends MailboxScenario {
        Stopping() {
            super(Mailbox.Overflow.BLOCK);
        }

        @Override
        protected Scenario newInstance() {
            return new Stopping();
        }

        @Override
        protected int actions() {
            return 2;
        }

        @Override
        protected void first() throws InterruptedException {
            mailbox.put("a1");
            mailbox.put("a2");
        }

        @Override
        protected void second() { // what the engine does at the end of a permanent stop
            mailbox.serviceNode.terminated = true;
            mailbox.serviceNode.waitQueue().signal();
        }

        @Override
        protected void verify() {
            require(
                    mailbox.size() + mailbox.dropped() == 2,
                    "queued " + mailbox.size() + ", dropped " + mailbox.dropped());
        }
    }

    @Test
    @DisplayName("T-18 a full mailbox that blocks passes on every item once, in the order of each producer")
    void blockingMailboxPassesOnEveryItem() {
        Scenario.check(300, new OneConsumer());
    }

    @Test
    @DisplayName("T-18 two consumers of one mailbox take different items, and none of them waits for ever")
    void consumersShareTheItems() {
        Scenario.check(300, new TwoConsumers());
    }

    @Test
    @DisplayName("T-18 a consumer that is interrupted leaves the item, and the signal for it, to the other")
    void interruptedConsumerPassesTheSignalOn() {
        Scenario.check(300, new InterruptedConsumer());
    }

    @Test
    @DisplayName("T-18 a mailbox that drops the oldest item counts each item once: taken, queued or dropped")
    void droppedItemsAreCounted() {
        Scenario.check(300, new Dropping());
    }

    @Test
    @DisplayName("T-18 a producer that waits for room ends when the mailbox stops, and its item counts as dropped")
    void stopEndsTheWait() {
        Scenario.check(300, new Stopping());
    }
}
