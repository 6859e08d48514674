package dev.ginkgo.hub;

import dev.ginkgo.hub.MessageId.Position;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is gone of channels that are not there any more, so that a reader who comes back to one is told the truth. Only
 * so many are remembered one by one; of the others it is known together, and then he may be told that something is lost
 * where nothing is. Guarded by the store.
 */
final class Tombs {
    static final int MOST = 4_096;

    private final Map<ChannelName, Floor> floors = new LinkedHashMap<>();
    private final Floor others = new Floor();

    /** A channel ends. */
    void bury(ChannelLog log) {
        if (log.floor.isEmpty()) {
            return;
        }
        floors.put(log.name, log.floor);
        if (floors.size() > MOST) {
            Map.Entry<ChannelName, Floor> first = floors.entrySet().iterator().next();
            others.raise(first.getValue());
            floors.remove(first.getKey());
        }
    }

    /** What is gone of a channel that begins. */
    Floor open(ChannelName name) {
        Floor found = floors.remove(name);
        if (found != null) {
            return found;
        }
        Floor floor = new Floor();
        floor.raise(others);
        return floor;
    }

    /** Messages of any channel that nobody here has ever had. */
    void raise(Position position, long nanos) {
        others.raise(position, nanos);
        floors.values().forEach(floor -> floor.raise(position, nanos));
    }

    /** What is gone of all channels that are not there and would be read. */
    Floor floor(Selector selector) {
        Floor floor = new Floor();
        floor.raise(others);
        floors.forEach((name, each) -> {
            if (selector.matches(name)) {
                floor.raise(each);
            }
        });
        return floor;
    }

    /** What is gone of all channels that are not there. */
    Floor all() {
        Floor floor = new Floor();
        floor.raise(others);
        floors.values().forEach(floor::raise);
        return floor;
    }
}
