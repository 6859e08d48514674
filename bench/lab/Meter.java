package lab;

/** Measures what deliveries of one server cost, from its creation on. */
final class Meter {
    private final Server server;
    private final long began = System.nanoTime();
    private final double process;
    private final double kernel;
    private long deliveries;

    Meter(Server server) {
        this.server = server;
        process = Cpu.ofProcess(server.process().toHandle());
        kernel = Cpu.ofKernelThreads();
    }

    void add(long count) {
        deliveries += count;
    }

    double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    /** Returns what has been measured since the creation. */
    Fanout.Result result() {
        double seconds = seconds();
        double own = (Cpu.ofProcess(server.process().toHandle()) - process) / deliveries;
        return new Fanout.Result(own + (Cpu.ofKernelThreads() - kernel) / deliveries, own, deliveries / seconds);
    }
}
