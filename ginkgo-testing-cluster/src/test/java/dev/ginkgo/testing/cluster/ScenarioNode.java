package dev.ginkgo.testing.cluster;

import dev.ginkgo.Service;
import dev.ginkgo.cluster.Cluster;
import dev.ginkgo.cluster.model.Member;
import dev.ginkgo.hub.MessageHub;
import dev.ginkgo.hub.Subscription;
import dev.ginkgo.hub.message.Message;
import dev.ginkgo.hub.message.Since;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The program of each node of a {@link ScenarioCluster}, in one process with the others or in its own. It does what it is told by a
 * line, and says in lines what it sees, each with the time of its node's monotonic clock in front:
 *
 * <pre>
 * roster [NAME, NAME]
 * status BOOLEAN       the tree is ready, somebody reads here, and all other hubs of the roster hear this one
 * leader NAME EPOCH@CLUSTER
 * act EPOCH            done under a valid lease, a hundred times a second
 * epoch EPOCH          a leader has published here, under its lease, another epoch than the last
 * read WORD            the first word of what came on /news
 * gap                  somebody who reads /news was told that something is missing
 * took TEXT            it was published here
 * history WORD|WORD    all that is held of /news
 * </pre>
 */
public final class ScenarioNode extends Service {
    private static final String NEWS = "/news";
    private static final String EPOCHS = "/epochs";
    private static final String MARKS = "/marks";

    private final Cluster cluster = add("cluster", new Cluster());
    private final MessageHub hub = add("hub", new MessageHub(cluster));
    private final Consumer<String> output;
    private volatile boolean subscribed;

    /**
     * Makes one.
     *
     * @param line takes each line; called by several threads
     */
    public ScenarioNode(Consumer<String> line) {
        this.output = line;
    }

    @Override
    protected void onStart() {
        closeOnStop(cluster.onRoster(
                members -> emit("roster " + members.stream().map(Member::name).toList())));
        closeOnStop(cluster.onLeader(
                leader -> leader.ifPresent(known -> emit("leader " + known.name() + " " + known.epoch()))));
        every(
                "act",
                () -> Duration.ofMillis(10),
                () -> cluster.ifLeading(lease -> emit("act " + lease.epoch().number())));
        every(
                "epoch",
                () -> Duration.ofMillis(50),
                () -> cluster.ifLeading(
                        lease -> hub.publish(EPOCHS, Long.toString(lease.epoch().number()), lease)));
        every(
                "status",
                () -> Duration.ofMillis(100),
                () -> emit("status " + (subscribed && status().ready() && hub.awaitPeers(Duration.ZERO))));
        spawn("news", this::readNews);
        spawn("epochs", this::readEpochs);
    }

    private void emit(String what) {
        output.accept(time().nanos() + " " + what);
    }

    private void readNews() {
        try (Subscription news = hub.subscribe(NEWS)) {
            subscribed = true;
            news.onGap(_ -> emit("gap"));
            for (Message message : news) {
                emit("read " + firstWord(message));
            }
        }
    }

    private void readEpochs() {
        String last = "";
        try (Subscription epochs = hub.subscribe(EPOCHS).onGap(_ -> {})) {
            for (Message message : epochs) {
                if (!message.text().equals(last)) {
                    last = message.text();
                    emit("epoch " + last);
                }
            }
        }
    }

    private static String firstWord(Message message) {
        return message.text().split(" ", 2)[0];
    }

    /**
     * Does what a line says; may be called from any thread.
     *
     * <pre>
     * publish TEXT
     * burst COUNT SIZE WORD    publishes texts of that size, which begin with WORD-0, WORD-1 and so on
     * history
     * </pre>
     */
    public void execute(String command) {
        String[] words = command.split(" ", 2);
        switch (words[0]) {
            case "publish" -> publish(words[1], words[1]);
            case "burst" -> {
                String[] how = words[1].split(" ", 3);
                for (int i = 0; i < Integer.parseInt(how[0]); i++) {
                    String text = how[2] + "-" + i + " ";
                    publish(how[2] + "-" + i, text + ".".repeat(Integer.parseInt(how[1]) - text.length()));
                }
            }
            case "history" -> spawn("history", this::emitHistory);
            default -> throw new IllegalArgumentException("what is \"" + command + "\"?");
        }
    }

    private void publish(String name, String text) {
        hub.publish(NEWS, text);
        emit("took " + name);
    }

    /** Reads all that is held, up to what it publishes itself. */
    private void emitHistory() {
        String mark = cluster.identity() + " " + time().nanos() + " "
                + Thread.currentThread().threadId();
        hub.publish(MARKS, mark);
        List<String> held = new ArrayList<>();
        try (Subscription all = hub.subscribe(NEWS + "," + MARKS, Since.Point.ALL)) {
            for (Message message : all) {
                if (message.text().equals(mark)) {
                    break;
                }
                if (message.channel().equals(NEWS)) {
                    held.add(firstWord(message));
                }
            }
        }
        emit("history " + String.join("|", held));
    }
}
