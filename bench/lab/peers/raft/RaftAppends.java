import dev.ginkgo.mesh.raft.storage.RaftLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.jgroups.protocols.raft.LogEntries;
import org.jgroups.protocols.raft.LogEntry;

/**
 * Appends entries to a Raft log, commits each one, and replaces them by a snapshot now and then, as a leader does. Arguments: file, bytes of
 * an entry, seconds. Prints µs of processor time per append, appends per second, and the median and 99th percentile of their times in ms.
 */
final class RaftAppends {
    private static final int ENTRIES_BETWEEN_SNAPSHOTS = 400;

    public static void main(String[] arguments) throws Exception {
        byte[] entry = new byte[Integer.parseInt(arguments[1])];
        Arrays.fill(entry, (byte) 'x'); // no command of the cluster
        try (RaftLog log = new RaftLog(Path.of(arguments[0]), _ -> {})) {
            log.currentTerm(1);
            append(log, entry, 0.5); // warms up
            long[] times = new long[1 << 20];
            Duration before = cpu();
            long began = System.nanoTime();
            int count = append(log, entry, Double.parseDouble(arguments[2]), times);
            double seconds = (System.nanoTime() - began) / 1e9;
            double used = cpu().minus(before).toNanos() / 1e3;
            Arrays.sort(times, 0, count);
            System.out.println(used / count + " " + count / seconds + " " + times[count / 2] / 1e6 + " "
                    + times[(int) (count * 0.99)] / 1e6);
        }
    }

    private static void append(RaftLog log, byte[] entry, double seconds) {
        append(log, entry, seconds, new long[1 << 20]);
    }

    private static int append(RaftLog log, byte[] entry, double seconds, long[] times) {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        int count = 0;
        for (long now = System.nanoTime(); now < end && count < times.length; ) {
            long index = log.lastAppended() + 1;
            log.append(index, LogEntries.create(new LogEntry(1, entry)));
            log.commitIndex(index);
            if (index % ENTRIES_BETWEEN_SNAPSHOTS == 0) {
                log.setSnapshot(ByteBuffer.wrap(entry));
                log.truncate(index);
            }
            long after = System.nanoTime();
            times[count++] = after - now;
            now = after;
        }
        return count;
    }

    private static Duration cpu() {
        return ProcessHandle.current().info().totalCpuDuration().orElseThrow();
    }
}
