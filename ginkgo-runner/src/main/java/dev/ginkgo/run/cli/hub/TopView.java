package dev.ginkgo.run.cli.hub;

import dev.ginkgo.config.Durations;
import dev.ginkgo.run.output.ControlResponse;
import dev.ginkgo.run.output.Style;
import dev.ginkgo.run.output.TextTable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Text format of a sample: services, hubs, busiest channels and slowest subscribers. Rates need an earlier sample. */
final class TopView {
    private static final List<String> UNITS = List.of("B", "KiB", "MiB", "GiB", "TiB");

    private final Style style;
    private final int limit;

    /**
     * @param limit the maximum number of rows in each table
     */
    TopView(Style style, int limit) {
        this.style = style;
        this.limit = limit;
    }

    /** Returns the lines for a sample. */
    List<String> lines(TopSample sample, Optional<TopSample> previous) {
        List<String> lines = new ArrayList<>();
        services(sample.tree(), lines);
        for (TopSample.HubSample hub : sample.hubs()) {
            Optional<TopSample.HubSample> before = previous.flatMap(earlier -> earlier.hubs().stream()
                    .filter(each -> each.address().equals(hub.address()))
                    .findFirst());
            double seconds = previous.map(earlier -> (sample.nanos() - earlier.nanos()) / 1e9)
                    .orElse(0.0);
            lines.add("");
            hub(hub, before, seconds, lines);
        }
        return lines;
    }

    private void services(ControlResponse root, List<String> lines) {
        List<ControlResponse> all = new ArrayList<>();
        collect(root, all);
        long running = all.stream().filter(each -> isUp(each.text("state"))).count();
        lines.add(style.bold(root.text("path")) + " is " + style.state(root.text("state")) + "; "
                + running + " of " + all.size() + " services ready or degraded, "
                + all.stream().mapToLong(each -> each.number("tasks")).sum() + " tasks, "
                + all.stream().mapToLong(each -> each.number("restarts")).sum() + " restarts");
        root.texts("problems").forEach(each -> lines.add("  " + style.red("problem") + ": " + each));
        TextTable table = new TextTable("SERVICE", "STATE", ">TASKS", ">RESTARTS", "PROBLEM");
        all.sort(Comparator.comparing(
                        (ControlResponse each) -> each.text("state").equals("READY"))
                .thenComparingLong(each -> -each.number("restarts")));
        List<ControlResponse> shown = all.subList(0, Math.min(limit, all.size()));
        for (ControlResponse each : shown) {
            table.row(each.text("path"), each.text("state"), each.text("tasks"), each.text("restarts"), problem(each));
        }
        addTable(table, all.size() - shown.size(), lines);
    }

    private static void collect(ControlResponse service, List<ControlResponse> all) {
        all.add(service);
        service.objects("children").forEach(child -> collect(child, all));
    }

    private static String problem(ControlResponse service) {
        String error = service.has("lastError") ? service.text("lastError") : service.text("failure");
        String restart = service.has("restartInMillis")
                ? "next restart in " + duration(service.number("restartInMillis") / 1e3)
                : "";
        return List.of(service.text("reason"), restart, error).stream()
                .filter(each -> !each.isEmpty())
                .reduce((one, other) -> one + "; " + other)
                .orElse("");
    }

    private void hub(
            TopSample.HubSample hub, Optional<TopSample.HubSample> before, double seconds, List<String> lines) {
        lines.add(style.bold("hub at " + hub.address()) + "  published " + rate("published_total", hub, before, seconds)
                + ", delivered " + rate("delivered_total", hub, before, seconds)
                + ", dropped " + rate("dropped_total", hub, before, seconds)
                + "; " + count(hub, "subscribers") + " subscribers, " + count(hub, "channels") + " channels, "
                + bytes(hub.metric("held_bytes")) + " stored, " + count(hub, "peers") + " peers");
        TextTable channels = new TextTable("CHANNEL", ">RATE", ">MESSAGES", ">SUBSCRIBERS");
        List<ChannelRow> rows = hub.channels().objects("some").stream()
                .map(each -> ChannelRow.of(each, before, seconds))
                .sorted(ChannelRow.BUSIEST_FIRST)
                .toList();
        for (ChannelRow row : rows.subList(0, Math.min(limit, rows.size()))) {
            channels.row(
                    row.channel.text("channel"),
                    row.rate.map(TopView::perSecond).orElse("-"),
                    row.channel.text("messages"),
                    row.channel.text("readers"));
        }
        addTable(channels, hub.channels().number("channels") - Math.min(limit, rows.size()), lines);
        TextTable slowest = new TextTable("SLOWEST SUBSCRIBER", "CHANNEL", ">BEHIND", ">UNSENT", ">AGE");
        List<ControlResponse> connections = hub.connections().objects("slowest");
        for (ControlResponse each : connections) {
            slowest.row(
                    each.text("address"),
                    each.text("channel"),
                    each.text("behind"),
                    bytes((double) each.number("pinned-bytes")),
                    duration(number(each, "age-seconds")));
        }
        addTable(slowest, hub.connections().number("streams") - connections.size(), lines);
    }

    /** Row of the table of channels; the rate is known from the second sample on. */
    private record ChannelRow(ControlResponse channel, Optional<Double> rate) {
        static final Comparator<ChannelRow> BUSIEST_FIRST = Comparator.comparingDouble(
                        (ChannelRow row) -> -row.rate.orElse(0.0))
                .thenComparingLong(row -> -row.channel.number("readers"))
                .thenComparing(row -> row.channel.text("channel"));

        static ChannelRow of(ControlResponse channel, Optional<TopSample.HubSample> before, double seconds) {
            return new ChannelRow(
                    channel,
                    before.filter(earlier -> channel.has("published") && seconds > 0)
                            .map(earlier ->
                                    earlier.published(channel.text("channel")).orElse(0L))
                            .map(earlier -> (double) Math.max(0, channel.number("published") - earlier) / seconds));
        }
    }

    /** Adds a table, unless it is empty, and the number of rows that it leaves out. */
    private void addTable(TextTable table, long more, List<String> lines) {
        if (table.isEmpty()) {
            return;
        }
        List<String> text = table.lines();
        lines.add("  " + style.dim(text.getFirst()));
        text.subList(1, text.size()).forEach(line -> lines.add("  " + line));
        if (more > 0) {
            lines.add("  " + style.dim("… " + more + " more"));
        }
    }

    private static boolean isUp(String state) {
        return state.equals("READY") || state.equals("DEGRADED");
    }

    private static String rate(
            String metric, TopSample.HubSample hub, Optional<TopSample.HubSample> before, double seconds) {
        return before.isEmpty() || seconds <= 0
                ? String.format(Locale.ROOT, "%.0f", hub.metric(metric))
                : perSecond(Math.max(0, hub.metric(metric) - before.get().metric(metric)) / seconds);
    }

    private static String perSecond(double rate) {
        return String.format(Locale.ROOT, rate < 100 ? "%.1f/s" : "%.0f/s", rate);
    }

    private static String count(TopSample.HubSample hub, String metric) {
        return String.format(Locale.ROOT, "%.0f", hub.metric(metric));
    }

    private static double number(ControlResponse from, String key) {
        return from.members().get(key) instanceof Number number ? number.doubleValue() : 0;
    }

    private static String duration(double seconds) {
        return Durations.toHumanString(Duration.ofMillis(Math.round(seconds * 1e3)));
    }

    static String bytes(double bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1024 && unit < UNITS.size() - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 || value >= 100 ? "%.0f %s" : "%.1f %s", value, UNITS.get(unit));
    }
}
