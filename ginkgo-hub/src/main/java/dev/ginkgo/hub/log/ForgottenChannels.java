package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What is gone of channels that are not there any more, so that a reader who comes back to one is told the truth. Only
 * so many are remembered one by one; of the others it is known together, and then he may be told that something is lost
 * where nothing is. Guarded by the store.
 */
final class ForgottenChannels {
    static final int MOST = 4_096;

    private final Map<ChannelName, EvictionWatermark> floors = new LinkedHashMap<>();
    private final EvictionWatermark others = new EvictionWatermark();

    /** A channel ends. */
    void bury(ChannelLog log) {
        if (log.floor.isEmpty()) {
            return;
        }
        floors.put(log.name, log.floor);
        if (floors.size() > MOST) {
            Map.Entry<ChannelName, EvictionWatermark> first = floors.entrySet().iterator().next();
            others.raise(first.getValue());
            floors.remove(first.getKey());
        }
    }

    /** What is gone of a channel that begins. */
    EvictionWatermark open(ChannelName name) {
        EvictionWatermark found = floors.remove(name);
        if (found != null) {
            return found;
        }
        EvictionWatermark floor = new EvictionWatermark();
        floor.raise(others);
        return floor;
    }

    /** Messages of any channel that nobody here has ever had. */
    void raise(Position position, long nanos) {
        others.raise(position, nanos);
        floors.values().forEach(floor -> floor.raise(position, nanos));
    }

    /** What is gone of all channels that are not there and would be read. */
    EvictionWatermark floor(ChannelSelector selector) {
        EvictionWatermark floor = new EvictionWatermark();
        floor.raise(others);
        floors.forEach((name, each) -> {
            if (selector.matches(name)) {
                floor.raise(each);
            }
        });
        return floor;
    }

    /** What is gone of all channels that are not there. */
    EvictionWatermark all() {
        EvictionWatermark floor = new EvictionWatermark();
        floor.raise(others);
        floors.values().forEach(floor::raise);
        return floor;
    }
}
