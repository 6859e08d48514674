package dev.ginkgo.run.service;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tasks that run once a second as long as the process runs: check the size of the log, and the file of the control
 * socket. They run on a platform thread, like the control socket, so that they continue when virtual threads hang.
 */
final class PeriodicTasks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");

    private final Duration pause;
    private final List<PeriodicTask> tasks = new CopyOnWriteArrayList<>();
    private final Map<PeriodicTask, String> problems = new ConcurrentHashMap<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("ginkgo-periodic").unstarted(this::runTasks);

    PeriodicTasks() {
        this(Duration.ofSeconds(1));
    }

    /**
     * @param pause the pause between two rounds
     */
    PeriodicTasks(Duration pause) {
        this.pause = pause;
    }

    /** Task that is run in each round; it should be cheap if there is nothing to do. */
    interface PeriodicTask {
        void run() throws IOException;
    }

    /** Action that may throw an IOException. */
    interface FileAction<T> {
        void accept(T argument) throws IOException;
    }

    /** Adds a task; the first one starts the thread. Called on the main thread only. */
    void add(PeriodicTask periodicTask) {
        tasks.add(periodicTask);
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** Returns a consumer that runs the action and logs an IOException. */
    static <T> Consumer<T> loggingFailures(FileAction<T> fileAction) {
        return argument -> {
            try {
                fileAction.accept(argument);
            } catch (IOException e) {
                LOG.error("{}", e.getMessage(), e);
            }
        };
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    /** Returns the messages of the tasks whose last run failed. */
    List<String> problems() {
        return List.copyOf(problems.values());
    }

    private void runTasks() {
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            } catch (InterruptedException e) {
                return;
            }
            for (PeriodicTask periodicTask : tasks) {
                try {
                    periodicTask.run();
                    String before = problems.remove(periodicTask);
                    if (before != null) {
                        LOG.info("no longer: {}", before);
                    }
                } catch (IOException | RuntimeException e) { // the other tasks still run
                    String message = String.valueOf(e.getMessage());
                    if (!message.equals(problems.put(periodicTask, message))) { // once, not every second
                        LOG.warn("{}", message, e instanceof IOException ? null : e);
                    }
                }
            }
        }
    }
}
