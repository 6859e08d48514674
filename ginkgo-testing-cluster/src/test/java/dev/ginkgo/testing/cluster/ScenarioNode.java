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
 * The program of each node of a {@link ScenarioCluster}, in a shared process or in its own. It executes commands, one
 * per line, and reports events, one per line, each preceded by the time of its node's monotonic clock:
 *
 * <pre>
 * roster [NAME, NAME]
 * voters [NAME, NAME]  the nodes that vote in elections, whenever they change
 * status BOOLEAN       the tree is ready, the subscriber is active, and all other hubs of the roster are connected
 * leader NAME EPOCH@CLUSTER
 * act EPOCH            an action under a valid lease, a hundred times a second
 * epoch EPOCH          a leader's message arrived whose epoch differs from the last
 * read WORD            the first word of a message received from /news
 * gap                  the subscriber of /news received a gap
 * took TEXT            the message was published here
 * history WORD|WORD    all retained messages of /news
 * </pre>
 */
public final class ScenarioNode extends Service {
    private static final String NEWS = "/news";
    private static final String EPOCHS = "/epochs";
    private static final String MARKERS = "/markers";

    private final Cluster cluster = add("cluster", new Cluster());
    private final MessageHub hub = add("hub", new MessageHub(cluster));
    private final Consumer<String> output;
    private volatile boolean subscribed;
    private List<String> lastVoters = List.of(); // used by the task "status"

    /**
     * Creates the service.
     *
     * @param output receives each line; called by several threads
     */
    public ScenarioNode(Consumer<String> output) {
        this.output = output;
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
        every("status", () -> Duration.ofMillis(100), this::emitStatus);
        spawn("news", this::readNews);
        spawn("epochs", this::readEpochs);
    }

    private void emitStatus() throws InterruptedException {
        List<String> voters = cluster.voters();
        if (!voters.equals(lastVoters)) {
            lastVoters = voters;
            emit("voters " + voters);
        }
        emit("status " + (subscribed && status().ready() && hub.awaitPeers(Duration.ZERO)));
    }

    private void emit(String event) {
        output.accept(time().nanos() + " " + event);
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
     * Executes one command. Thread-safe.
     *
     * <pre>
     * publish TEXT
     * burst COUNT SIZE WORD    publishes COUNT messages of SIZE characters that begin with WORD-0, WORD-1 and so on
     * history
     * </pre>
     */
    public void execute(String command) {
        String[] words = command.split(" ", 2);
        switch (words[0]) {
            case "publish" -> publish(words[1], words[1]);
            case "burst" -> {
                String[] arguments = words[1].split(" ", 3);
                for (int i = 0; i < Integer.parseInt(arguments[0]); i++) {
                    String text = arguments[2] + "-" + i + " ";
                    publish(arguments[2] + "-" + i, text + ".".repeat(Integer.parseInt(arguments[1]) - text.length()));
                }
            }
            case "history" -> spawn("history", this::emitHistory);
            default -> throw new IllegalArgumentException("unknown command: " + command);
        }
    }

    private void publish(String name, String text) {
        hub.publish(NEWS, text);
        emit("took " + name);
    }

    /** Reports all retained messages, up to a marker that this method publishes. */
    private void emitHistory() {
        String marker = cluster.identity() + " " + time().nanos() + " "
                + Thread.currentThread().threadId();
        hub.publish(MARKERS, marker);
        List<String> retained = new ArrayList<>();
        try (Subscription all = hub.subscribe(NEWS + "," + MARKERS, Since.Point.ALL)) {
            for (Message message : all) {
                if (message.text().equals(marker)) {
                    break;
                }
                if (message.channel().equals(NEWS)) {
                    retained.add(firstWord(message));
                }
            }
        }
        emit("history " + String.join("|", retained));
    }
}
