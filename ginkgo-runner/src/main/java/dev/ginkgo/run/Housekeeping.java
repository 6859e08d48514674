package dev.ginkgo.run;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a process looks after once a second while it runs: the size of its log, the file of its control socket. It is
 * a platform thread, like those of the control socket, so that it goes on while virtual threads hang.
 */
final class Housekeeping implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("ginkgo");

    private final List<Chore> chores = new CopyOnWriteArrayList<>();
    private final Thread thread =
            Thread.ofPlatform().daemon().name("ginkgo-housekeeping").unstarted(this::work);

    /** One thing to look after. It does little where there is nothing to do. */
    interface Chore {
        void run() throws IOException;
    }

    /** Something done to what there is. */
    interface Act<T> {
        void on(T what) throws IOException;
    }

    /** Adds a chore. For the main thread. */
    void keep(Chore chore) {
        chores.add(chore);
        if (thread.getState() == Thread.State.NEW) {
            thread.start();
        }
    }

    /** An act whose failure is told in the log and changes nothing. */
    static <T> Consumer<T> telling(Act<T> act) {
        return what -> {
            try {
                act.on(what);
            } catch (IOException e) {
                LOG.error("{}", e.getMessage(), e);
            }
        };
    }

    @Override
    public void close() {
        thread.interrupt();
    }

    private void work() {
        String told = "";
        while (!Thread.currentThread().isInterrupted()) {
            try {
                TimeUnit.SECONDS.sleep(1);
                for (Chore chore : chores) {
                    chore.run();
                }
                told = "";
            } catch (InterruptedException e) {
                return;
            } catch (IOException e) {
                if (!told.equals(e.getMessage())) { // once, not every second
                    told = String.valueOf(e.getMessage());
                    LOG.warn("{}", told);
                }
            }
        }
    }
}
