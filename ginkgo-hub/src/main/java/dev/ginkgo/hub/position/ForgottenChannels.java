package dev.ginkgo.hub.position;

import dev.ginkgo.hub.channel.ChannelName;
import dev.ginkgo.hub.message.MessageId.Position;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Eviction watermarks of channels that no longer exist, so that a subscriber that returns to one learns whether
 * messages were lost. At most {@link #MAX_REMEMBERED} channels are remembered individually; the others share one
 * watermark, so that a loss may be reported for them although there was none. Guarded by the store.
 */
public final class ForgottenChannels {
    static final int MAX_REMEMBERED = 4_096;

    private final Map<ChannelName, EvictionWatermark> watermarks = new LinkedHashMap<>();
    private final EvictionWatermark othersWatermark = new EvictionWatermark();

    /**
     * A channel that no longer exists.
     *
     * @param watermark its watermark; guarded by the store
     */
    public record ForgottenChannel(ChannelName name, EvictionWatermark watermark) {}

    /** Remembers the watermark of a channel that is being removed. */
    public void add(ChannelName name, EvictionWatermark watermark) {
        if (watermark.isEmpty()) {
            return;
        }
        watermarks.put(name, watermark);
        if (watermarks.size() > MAX_REMEMBERED) {
            Map.Entry<ChannelName, EvictionWatermark> first =
                    watermarks.entrySet().iterator().next();
            othersWatermark.raise(first.getValue());
            watermarks.remove(first.getKey());
        }
    }

    /** Returns the initial watermark of a channel that is being created. */
    public EvictionWatermark reopen(ChannelName name) {
        EvictionWatermark found = watermarks.remove(name);
        if (found != null) {
            return found;
        }
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(othersWatermark);
        return evictionWatermark;
    }

    /** Records a loss that may affect any channel. */
    public void raise(Position position, long nanos) {
        othersWatermark.raise(position, nanos);
        watermarks.values().forEach(evictionWatermark -> evictionWatermark.raise(position, nanos));
    }

    /** Returns the channels that are remembered individually. */
    public List<ForgottenChannel> remembered() {
        List<ForgottenChannel> remembered = new ArrayList<>(watermarks.size());
        watermarks.forEach((name, watermark) -> remembered.add(new ForgottenChannel(name, watermark)));
        return remembered;
    }

    /** Returns the watermark that applies to every channel. */
    public EvictionWatermark watermarkOfOthers() {
        return othersWatermark;
    }

    /** Returns the merged watermark of all removed channels. */
    public EvictionWatermark watermarkOfAll() {
        EvictionWatermark evictionWatermark = new EvictionWatermark();
        evictionWatermark.raise(othersWatermark);
        watermarks.values().forEach(evictionWatermark::raise);
        return evictionWatermark;
    }
}
