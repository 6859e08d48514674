import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.LinkedHashMap;
import java.util.Map;

/** Line connections: processor time of the server for each line, and its resident memory for each connection. */
final class Lines {
    private Lines() {}

    static void measure(int connections, int lines, int rounds) throws Exception {
        Map<String, ProcessBuilder> builders = new LinkedHashMap<>();
        builders.put("Ginkgo", ginkgo());
        builders.put("gevent", Gevent.program("lines.py"));
        Map<String, Process> processes = new LinkedHashMap<>();
        Map<String, Integer> ports = new LinkedHashMap<>();
        Map<String, Double> memory = new LinkedHashMap<>();
        Map<String, double[]> micros = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, ProcessBuilder> each : builders.entrySet()) {
                Process process = each.getValue().start();
                processes.put(each.getKey(), process);
                ports.put(
                        each.getKey(),
                        Integer.parseInt(
                                new BufferedReader(new InputStreamReader(process.getInputStream())).readLine()));
                try (LineClients warmUp = new LineClients(ports.get(each.getKey()), 200)) {
                    warmUp.exchange(lines); // what the first connections load is not theirs
                }
                micros.put(each.getKey(), new double[rounds]);
            }
            for (int round = 0; round < rounds; round++) {
                for (String name : builders.keySet()) {
                    long pid = processes.get(name).pid();
                    long before = ProcessTime.resident(pid);
                    // one server after another, because the clients need as many descriptors as they are
                    try (LineClients clients = new LineClients(ports.get(name), connections)) {
                        clients.exchange(connections); // each connection has been used
                        Thread.sleep(500);
                        memory.putIfAbsent(name, (double) (ProcessTime.resident(pid) - before) / connections);
                        double begin = ProcessTime.seconds(pid) + ProcessTime.kernelSeconds();
                        clients.exchange(lines);
                        double seconds = ProcessTime.seconds(pid) + ProcessTime.kernelSeconds() - begin;
                        micros.get(name)[round] = seconds * 1e6 / lines;
                    }
                    Thread.sleep(500);
                }
            }
        } finally {
            processes.values().forEach(Process::destroyForcibly);
        }
        System.out.println("| " + connections + " connections | µs of processor time for each line | ratio to gevent"
                + " | resident bytes of each connection |\n|---|---|---|---|");
        micros.forEach((name, values) -> System.out.printf(
                "| %s | %s | %s | %,.0f |%n",
                name,
                Core.spread(values),
                Core.spread(Core.ratios(values, micros.get("gevent"))),
                memory.get(name)));
    }

    private static ProcessBuilder ginkgo() throws IOException {
        return new ProcessBuilder(
                        System.getProperty("java.home") + File.separator + "bin" + File.separator + "java",
                        "-XX:+UseCompactObjectHeaders",
                        "-Dslf4j.provider=dev.ginkgo.run.log.LogProvider",
                        "-Dslf4j.internal.verbosity=WARN",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "LineServer")
                .redirectError(new File("target/line-server.txt"));
    }
}
