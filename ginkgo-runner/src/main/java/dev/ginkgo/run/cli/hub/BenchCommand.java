package dev.ginkgo.run.cli.hub;

import dev.ginkgo.run.client.ClientExitCode;
import dev.ginkgo.run.client.ClientStreams;
import dev.ginkgo.run.client.FatalException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Option;

/** Base class of {@code ginkgo bench pub} and {@code ginkgo bench sub}. */
abstract class BenchCommand extends ClientCommand {
    @Option(names = "--messages", paramLabel = "N", description = "The number of messages (default: 10000).")
    private int messages = 10_000;

    @Option(names = "--clients", paramLabel = "N", description = "The number of concurrent clients (default: 1).")
    private int clients = 1;

    @Option(names = "--json", description = "Prints the result as one JSON object.")
    private boolean json;

    private final BenchRecorder recorder = new BenchRecorder();

    BenchCommand(ClientStreams clientStreams) {
        super(clientStreams);
    }

    /** Work of one client. */
    interface Client {
        /**
         * Runs the client to its end.
         *
         * @throws FatalException if it fails, which ends the others, too
         */
        void run() throws InterruptedException;
    }

    final int messages() {
        return messages;
    }

    final int clients() {
        return clients;
    }

    final BenchRecorder recorder() {
        return recorder;
    }

    final void requirePositive() {
        if (messages < 1 || clients < 1) {
            throw new FatalException(ClientExitCode.USAGE, "--messages and --clients must be positive");
        }
    }

    /** Runs all clients concurrently, and prints the result. */
    final ClientExitCode run(List<Client> all, String done) throws InterruptedException {
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> running = new ArrayList<>();
            for (Client client : all) {
                running.add(executor.submit(() -> {
                    client.run();
                    return null;
                }));
            }
            for (Future<?> each : running) {
                try {
                    each.get();
                } catch (ExecutionException e) {
                    executor.shutdownNow();
                    throw e.getCause() instanceof FatalException fatal
                            ? fatal
                            : new IllegalStateException(e.getCause());
                }
            }
        }
        streams().out().println(json ? recorder.json() : recorder.text(done));
        streams().out().flush();
        return ClientExitCode.DONE;
    }
}
