package lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Processor time from {@code /proc}, in ticks of 10 ms: that of a process with its children, and that of the kernel threads
 * that process packets. Without the latter, a server that leaves the work of sending to the kernel would seem cheap.
 */
final class Cpu {
    private static final double TICK_MICROS = 10_000;
    private static final List<Path> KERNEL_THREADS = kernelThreads();

    private Cpu() {}

    /** Returns the user and system time of a process and its children, in µs. */
    static double ofProcess(ProcessHandle process) {
        long ticks = ticks(stat(process.pid()));
        for (ProcessHandle child : process.descendants().toList()) {
            ticks += ticks(stat(child.pid()));
        }
        return ticks * TICK_MICROS;
    }

    /** Returns the time of the compiler threads of a process that is a Java virtual machine, in µs; 0 of others. */
    static double ofCompilers(ProcessHandle process) {
        long ticks = 0;
        File[] threads = Path.of("/proc", Long.toString(process.pid()), "task").toFile().listFiles();
        for (File thread : threads == null ? new File[0] : threads) {
            try {
                if (Files.readString(thread.toPath().resolve("comm")).matches("C[12] Compiler(?s).*")) {
                    ticks += ticks(thread.toPath().resolve("stat"));
                }
            } catch (IOException ended) {
                // a thread that has ended does not compile
            }
        }
        return ticks * TICK_MICROS;
    }

    /** Returns the time of all {@code ksoftirqd} threads, in µs. */
    static double ofKernelThreads() {
        return KERNEL_THREADS.stream().mapToLong(Cpu::ticks).sum() * TICK_MICROS;
    }

    /** Returns the resident memory of a process and its children, in bytes. */
    static long resident(ProcessHandle process) {
        long kibibytes = residentKibibytes(process.pid());
        for (ProcessHandle child : process.descendants().toList()) {
            kibibytes += residentKibibytes(child.pid());
        }
        return kibibytes * 1024;
    }

    /** Returns the number of open files of a process and its children. */
    static int openFiles(ProcessHandle process) {
        return openFiles(process.pid())
                + process.descendants().mapToInt(child -> openFiles(child.pid())).sum();
    }

    private static int openFiles(long pid) {
        String[] files = Path.of("/proc", Long.toString(pid), "fd").toFile().list();
        return files == null ? 0 : files.length;
    }

    private static long residentKibibytes(long pid) {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path stat(long pid) {
        return Path.of("/proc", Long.toString(pid), "stat");
    }

    private static long ticks(Path stat) {
        try {
            String line = Files.readString(stat);
            String[] fields = line.substring(line.lastIndexOf(')') + 2).split(" ");
            return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
        } catch (NoSuchFileException ended) {
            return 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Path> kernelThreads() {
        List<Path> found = new ArrayList<>();
        ProcessHandle.allProcesses().forEach(process -> {
            try {
                if (Files.readString(Path.of("/proc", Long.toString(process.pid()), "comm")).startsWith("ksoftirqd/")) {
                    found.add(stat(process.pid()));
                }
            } catch (IOException ended) {
                // a process that has ended is not a kernel thread
            }
        });
        return found;
    }
}
