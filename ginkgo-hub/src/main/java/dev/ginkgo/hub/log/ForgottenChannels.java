package dev.ginkgo.hub.log;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.channel.ChannelSelector;
import dev.ginkgo.hub.message.MessageId.Position;
import dev.ginkgo.hub.position.EvictionWatermark;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Eviction watermarks of channels that no longer exist, so that a subscriber that returns to one learns whether
 * messages were lost. At most {@link #MAX_REMEMBERED} channels are remembered individually; the others share one
 * watermark, so that a loss may be reported for them although there was none. Guarded by the store.
 */
final class ForgottenChannels {
    static final int MAX_REMEMBERED = 4_096;

    private final Map<ChannelName, EvictionWatermark> watermarks = new LinkedHashMap<>();
    private final EvictionWatermark othersWatermark = new EvictionWatermark();

    /** Remembers the watermark of a channel that is being removed. */
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

    /** Returns the initial watermark of a channel that is being created. */
    EvictionWatermark reopen(ChannelName name) {
        EvictionWatermark found = watermarks.remove(name);
        if (found != null) {
            return found;
        }
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(othersWatermark);
        return evictionWatermark;
    }

    /** Records a loss that may affect any channel. */
    void raise(Position position, long nanos) {
        othersWatermark.raise(position, nanos);
        watermarks.values().forEach(evictionWatermark -> evictionWatermark.raise(position, nanos));
    }

    /** Returns the merged watermark of the removed channels that a selector matches. */
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

    /** Returns the merged watermark of all removed channels. */
    EvictionWatermark watermarkOfAll() {
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(othersWatermark);
        watermarks.values().forEach(evictionWatermark::raise);
        return evictionWatermark;
    }
}
