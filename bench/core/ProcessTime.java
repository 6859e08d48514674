import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Processor time and resident memory of a process, as Linux counts them. */
final class ProcessTime {
    private ProcessTime() {}

    /** Returns user and system time of all threads of a process that live, in seconds. */
    static double seconds(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            String ended = Files.readString(Path.of("/proc/" + pid + "/stat"));
            String[] fields = ended.substring(ended.lastIndexOf(')') + 2).split(" ");
            double ticks = (Double.parseDouble(fields[11]) + Double.parseDouble(fields[12])) / 100;
            double exact = threads.mapToDouble(ProcessTime::secondsOfThread).sum();
            return Math.max(exact, ticks); // exact to the nanosecond, unless threads have ended
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static double secondsOfThread(Path thread) {
        try {
            return Double.parseDouble(Files.readString(thread.resolve("schedstat")).split(" ")[0]) / 1e9;
        } catch (IOException e) {
            return 0; // has ended
        }
    }

    /** Returns the processor time of the kernel's network threads, in seconds. */
    static double kernelSeconds() {
        return ProcessHandle.allProcesses()
                .map(ProcessHandle::pid)
                .filter(pid -> text("/proc/" + pid + "/comm").startsWith("ksoftirqd"))
                .mapToDouble(ProcessTime::seconds)
                .sum();
    }

    /** Returns the resident memory of a process, in bytes. */
    static long resident(long pid) {
        return text("/proc/" + pid + "/status")
                .lines()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    private static String text(String file) {
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            return ""; // has ended
        }
    }
}
