package lab;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How the processor time per delivery depends on the number of subscribers, and on that of channels. The subscribers of a point
 * connect to one server after another, so that each number is possible with the usual limit of open files.
 */
final class Curve {
    private final List<Server> servers;
    private final int rounds;
    private final double seconds;
    private final int bytes;

    Curve(List<Server> servers, int rounds, double seconds, int bytes) {
        this.servers = servers;
        this.rounds = rounds;
        this.seconds = seconds;
        this.bytes = bytes;
    }

    /** Prints tables, and writes pictures to the folder that the options name. */
    static void run(Options options) throws Exception {
        int rounds = options.number("rounds", 3);
        double seconds = options.decimal("seconds", 0.6);
        String folder = options.text("out", "");
        try (Servers servers = Servers.start(options.texts("servers", "floor,hub"))) {
            Curve curve = new Curve(servers.list(), rounds, seconds, options.number("bytes", 64));
            curve.warmUp(options.decimal("warm-up", 16));
            System.out.printf(
                    "Processor time with the kernel's network threads; %s rounds of %s s in turns, medians; load %s%n",
                    rounds, seconds, Lab.load());
            CurveReport report = new CurveReport(
                    servers.list().stream().map(Server::name).toList(), folder.isEmpty() ? null : Path.of(folder));
            int[] subscribers = options.numbers("subscribers", "100,300,1000,3000,10000,15000");
            for (Line line : curve.bySubscribers(subscribers, options.numbers("depth", "1,16"))) {
                report.print(line, "subscribers", "Cost of a delivery, messages at once: " + line.name().split("-")[1]);
            }
            int[] channels = options.numbers("channels", "1,10,100,1000,10000");
            int spread = channels[channels.length - 1];
            for (Line line : curve.byChannels(spread, channels)) {
                report.print(
                        line,
                        "channels",
                        line.name().equals("publish")
                                ? "Cost of a publish to channels without subscribers"
                                : String.format(Locale.ROOT, "Cost of a delivery, %,d subscribers in total", spread));
            }
            for (Line line : curve.byChannelsOfOne(channels)) {
                report.print(line, "channels", "Cost of a message, one subscriber of each channel");
            }
        }
    }

    /**
     * One measure of all servers.
     *
     * @param xs the points
     * @param values in µs, by server, point and round
     */
    record Line(String name, int[] xs, Map<String, double[][]> values) {
        /** Returns the median of a server at a point. */
        double median(String server, int point) {
            return Report.median(values.get(server)[point]);
        }
    }

    /** Measures one server at one point, and returns the results by the name of their line. */
    private interface Measurement {
        Map<String, Double> measure(Server server, int x) throws Exception;
    }

    /** Measures subscribers of one channel, with several numbers of messages at once. */
    List<Line> bySubscribers(int[] subscribers, int[] depths) throws Exception {
        return measure(subscribers, (server, count) -> {
            Map<String, Double> results = new LinkedHashMap<>();
            try (Load load = new Load(server, count, 0)) {
                for (int depth : depths) {
                    load.round(bytes, depth, seconds / 4); // warms up
                    results.put("subscribers-" + depth, load.round(bytes, depth, seconds).cpu());
                }
            }
            return results;
        });
    }

    /**
     * Measures a fixed number of subscribers that are spread over channels, to each of which one message is published. Each delivery
     * is one write to one socket, whatever the number of channels; the number of publishes per delivery differs. Therefore it is
     * also measured what it costs to publish as many messages to channels without subscribers, and this is subtracted.
     */
    List<Line> byChannels(int subscribers, int[] channels) throws Exception {
        return measure(channels, (server, count) -> {
            Map<String, Double> results = new LinkedHashMap<>();
            try (ChannelLoad load = new ChannelLoad(server, subscribers, count, bytes)) {
                load.publishToAll(seconds / 4); // warms up
                double all = load.publishToAll(seconds).cpu();
                load.publishToNone(seconds / 8);
                double publish = load.publishToNone(seconds / 2).cpu();
                results.put("channels", all - publish * count / subscribers);
                results.put("publish", publish);
            }
            return results;
        });
    }

    /** Measures channels with one subscriber each, to which one message at a time is published in turns. */
    List<Line> byChannelsOfOne(int[] channels) throws Exception {
        return measure(channels, (server, count) -> {
            try (ChannelLoad load = new ChannelLoad(server, count, count, bytes)) {
                load.publishInTurns(seconds / 4); // warms up
                return Map.of("channels-of-one", load.publishInTurns(seconds).cpu());
            }
        });
    }

    /** Makes virtual machines compile what the curves use. */
    void warmUp(double time) throws Exception {
        Fanout.warmUp(servers, time / 2);
        for (Server server : servers) {
            try (ChannelLoad load = new ChannelLoad(server, 1_000, 500, bytes)) {
                load.publishToAll(time / 4);
                load.publishToNone(time / 8);
                load.publishInTurns(time / 8);
            }
        }
    }

    private List<Line> measure(int[] xs, Measurement measurement) throws Exception {
        Map<String, Line> lines = new LinkedHashMap<>();
        for (int point = 0; point < xs.length; point++) {
            long began = System.nanoTime();
            for (int round = 0; round < rounds; round++) {
                for (int i = 0; i < servers.size(); i++) {
                    Server server = servers.get((i + round) % servers.size());
                    for (Map.Entry<String, Double> each :
                            measurement.measure(server, xs[point]).entrySet()) {
                        lines.computeIfAbsent(each.getKey(), name -> new Line(name, xs, new LinkedHashMap<>()))
                                .values()
                                .computeIfAbsent(server.name(), _ -> new double[xs.length][rounds])[point][round] =
                                each.getValue();
                    }
                }
            }
            System.err.printf(Locale.ROOT, "%,d: %.0f s%n", xs[point], (System.nanoTime() - began) / 1e9);
        }
        return new ArrayList<>(lines.values());
    }
}
