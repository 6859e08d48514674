package dev.ginkgo.run.service;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process looks after once a second while it runs: the size of its log, the file of its control socket. It is
 * a platform thread, like those of the control socket, so that it goes on while virtual threads hang.
 */
final class PeriodicTasks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");

    private final Duration pause;
    private final List<PeriodicTask> tasks = new CopyOnWriteArrayList<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("ginkgo-housekeeping").unstarted(this::runTasks);

    PeriodicTasks() {
        this(Duration.ofSeconds(1));
    }

    /**
     * @param pause between two rounds
     */
    PeriodicTasks(Duration pause) {
        this.pause = pause;
    }

    /** One thing to look after. It does little where there is nothing to do. */
    interface PeriodicTask {
        void run() throws IOException;
    }

    /** Something done to what there is. */
    interface FileAction<T> {
        void on(T what) throws IOException;
    }

    /** Adds a chore. For the main thread. */
    void add(PeriodicTask periodicTask) {
        tasks.add(periodicTask);
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** An act whose failure is told in the log and changes nothing. */
    static <T> Consumer<T> loggingFailures(FileAction<T> fileAction) {
        return what -> {
            try {
                fileAction.on(what);
            } catch (IOException e) {
                LOG.error("{}", e.getMessage(), e);
            }
        };
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void runTasks() {
        Map<PeriodicTask, String> told = new HashMap<>();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.NANOSECONDS.sleep(pause.toNanos());
            } catch (InterruptedException e) {
                return;
            }
            for (PeriodicTask periodicTask : tasks) {
                try {
                    periodicTask.run();
                    told.remove(periodicTask);
                } catch (IOException | RuntimeException e) { // one that fails keeps no other from its turn
                    String trouble = String.valueOf(e.getMessage());
                    if (!trouble.equals(told.put(periodicTask, trouble))) { // once, not every second
                        LOG.warn("{}", trouble, e);
                    }
                }
            }
        }
    }
}
