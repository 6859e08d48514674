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
    static final int MAX_REMEMBERED = 4_096;

    private final Map<ChannelName, EvictionWatermark> watermarks = new LinkedHashMap<>();
    private final EvictionWatermark othersWatermark = new EvictionWatermark();

    /** A channel ends. */
    void add(ChannelLog log) {
        if (log.watermark.isEmpty()) {
            return;
        }
        watermarks.put(log.name, log.watermark);
        if (watermarks.size() > MAX_REMEMBERED) {
            Map.Entry<ChannelName, EvictionWatermark> first =
                    watermarks.entrySet().iterator().next();
            othersWatermark.raise(first.getValue());
            watermarks.remove(first.getKey());
        }
    }

    /** What is gone of a channel that begins. */
    EvictionWatermark reopen(ChannelName name) {
        EvictionWatermark found = watermarks.remove(name);
        if (found != null) {
            return found;
        }
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(othersWatermark);
        return evictionWatermark;
    }

    /** Messages of any channel that nobody here has ever had. */
    void raise(Position position, long nanos) {
        othersWatermark.raise(position, nanos);
        watermarks.values().forEach(evictionWatermark -> evictionWatermark.raise(position, nanos));
    }

    /** What is gone of all channels that are not there and would be read. */
    EvictionWatermark watermark(ChannelSelector channelSelector) {
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(othersWatermark);
        watermarks.forEach((name, each) -> {
            if (channelSelector.matches(name)) {
                evictionWatermark.raise(each);
            }
        });
        return evictionWatermark;
    }

    /** What is gone of all channels that are not there. */
    EvictionWatermark watermarkOfAll() {
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(othersWatermark);
        watermarks.values().forEach(evictionWatermark::raise);
        return evictionWatermark;
    }
}
