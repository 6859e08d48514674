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

    /**
     * Returns whether a round is over: after a time, and when the server has used a tenth of it for itself, which takes longer on a busy
     * machine.
     */
    boolean isOver(double seconds) {
        double elapsed = seconds();
        return elapsed >= seconds
                && (elapsed >= 10 * seconds
                        || Cpu.ofProcess(server.process().toHandle()) - process >= seconds / 10 * 1e6);
    }

    private double seconds() {
        return (System.nanoTime() - began) / 1e9;
    }

    /** Returns what has been measured since the creation. */
    Fanout.Result result() {
        double seconds = seconds();
        double own = (Cpu.ofProcess(server.process().toHandle()) - process) / deliveries;
        return new Fanout.Result(own + (Cpu.ofKernelThreads() - kernel) / deliveries, own, deliveries / seconds);
    }
}
