import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;

/** Starts and stops trees of services: in the first round with a cold JVM. */
final class Services {
    private Services() {}

    static void measure(int services, int rounds) throws Exception {
        System.out.println("| " + services + " services, up and down, ms | first round | all rounds | processor time, all rounds |\n"
                + "|---|---|---|---|");
        for (int width : new int[] {services, 10}) {
            double[] millis = new double[rounds];
            double[] cpu = new double[rounds];
            for (int round = 0; round < rounds; round++) {
                Node root = new Node(services, width);
                double cpuBegin = ProcessTime.seconds(ProcessHandle.current().pid());
                long begin = System.nanoTime();
                Ginkgo tree = Ginkgo.start(root);
                tree.stop();
                millis[round] = (System.nanoTime() - begin) / 1e6;
                cpu[round] = (ProcessTime.seconds(ProcessHandle.current().pid()) - cpuBegin) * 1e3;
                if (root.up() != services || root.down() != services) {
                    throw new IllegalStateException(root.up() + " services were started, " + root.down() + " stopped");
                }
            }
            System.out.printf(
                    "| %s | %.0f | %s | %s |%n",
                    width == services ? "children of one parent" : "ten children of each parent",
                    millis[0],
                    Core.spread(millis),
                    Core.spread(cpu));
        }
    }

    /** A service with children, and theirs. */
    private static final class Node extends Service {
        private final Node[] below;
        private int started;
        private int stopped;

        /** Creates a tree of {@code size} services, with at most {@code width} children of each. */
        Node(int size, int width) {
            int children = Math.min(width, size - 1);
            below = new Node[children];
            int rest = size - 1;
            for (int i = 0; i < children; i++) {
                int share = rest / (children - i);
                below[i] = add("n-" + i, new Node(share, width));
                rest -= share;
            }
        }

        @Override
        protected void onStart() {
            started++;
        }

        @Override
        protected void onStop() {
            stopped++;
        }

        int up() {
            int sum = started;
            for (Node node : below) {
                sum += node.up();
            }
            return sum;
        }

        int down() {
            int sum = stopped;
            for (Node node : below) {
                sum += node.down();
            }
            return sum;
        }
    }
}
