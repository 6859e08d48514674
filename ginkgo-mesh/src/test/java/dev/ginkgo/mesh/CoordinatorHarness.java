package dev.ginkgo.mesh;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Time;
import dev.ginkgo.cluster.Epoch;
import dev.ginkgo.cluster.Member;
import dev.ginkgo.cluster.Policy;
import dev.ginkgo.cluster.Trust;
import dev.ginkgo.cluster.spi.Seat;
import dev.ginkgo.cluster.spi.Site;
import dev.ginkgo.cluster.spi.Stamp;
import dev.ginkgo.cluster.spi.Terms;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An engine with a seat in place of the cluster. It can end without leaving, which is as near to a kill as one comes within
 * a process. By the clock of this process it keeps when its last renewal began, and when its first was told.
 */
final class SeatedNode implements Seat {
    /** Far longer than an election takes. */
    static final Duration TTL = Duration.ofSeconds(5);

    final MeshCoordinator engine;
    final Address here;
    volatile long lastStart;
    volatile long first;
    private final Ginkgo tree;
    private boolean ended;

    private static final class Around extends Service {
        Around(MeshCoordinator engine) {
            add("engine", engine);
        }
    }

    SeatedNode(Address here, List<Address> join, Path folder) throws Exception {
        this.here = here;
        engine = new MeshCoordinator(here.toString());
        tree = Ginkgo.of(new Around(engine)).configuration(Configuration.none()).start();
        Site site = new Site(here, join, join.isEmpty() ? 1 : 3, folder, Trust.none(), Policy.QUORUM);
        long incarnation = engine.prepare(site);
        engine.join(new Member(here.toString(), incarnation, here, Optional.empty(), Optional.empty(), "1"), this);
    }

    boolean hasLed() {
        return first != 0;
    }

    /** Ends without a word. */
    void end() {
        ended = true;
        tree.stop();
    }

    /** Leaves in order, if it has not ended. */
    void leave() throws Exception {
        if (!ended) {
            engine.leave();
            end();
        }
    }

    @Override
    public Terms terms() {
        return new Terms(TTL, Duration.ofMillis(100));
    }

    @Override
    public void roster(List<Member> members) {}

    @Override
    public void leader(String name, Epoch epoch) {}

    @Override
    public boolean renewed(Epoch epoch, Stamp start) {
        lastStart = start.nanos();
        first = first == 0 ? Time.system().nanos() : first;
        return true;
    }

    @Override
    public void ended(Epoch epoch) {}
}
