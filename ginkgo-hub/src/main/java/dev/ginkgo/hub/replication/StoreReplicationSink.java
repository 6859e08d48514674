package dev.ginkgo.hub;

import dev.ginkgo.Time;
import dev.ginkgo.hub.MessageId.Position;
import dev.ginkgo.hub.spi.Answer;
import dev.ginkgo.hub.spi.Envelope;
import dev.ginkgo.hub.spi.Holdings;
import dev.ginkgo.hub.spi.Origin;
import dev.ginkgo.hub.spi.Stretch;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what other nodes have published into the store, under the numbers that ids are made of. What cannot be taken
 * here, because of this node's limits, is told to the readers of its channel like what is lost.
 */
final class Relay implements Ledger {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);
    private static final long SELDOM = Duration.ofMinutes(1).toNanos();

    private final Store store;
    private final Time time;
    private volatile long warned;

    Relay(Store store, Time time) {
        this.store = store;
        this.time = time;
        warned = time.nanos() - SELDOM;
    }

    @Override
    public void relay(Envelope message) {
        Position position = position(message.origin(), message.sequence());
        try {
            store.relay(ChannelName.of(message.channel()), position, message);
        } catch (RefusedException | BadChannelException e) {
            store.lose(position, message.channel()::equals, true);
            warn(message, e);
        }
    }

    @Override
    public void lost(Loss loss) {
        store.lose(
                position(loss.stretch().origin(), loss.stretch().to()),
                channel -> !loss.sound().contains(channel),
                !loss.beforeUs());
    }

    @Override
    public Answer answer(Stretch asked) {
        return store.answer(asked);
    }

    @Override
    public void met(Origin life) {
        store.estate.inherit(List.of(position(life, 0)), List.of());
    }

    @Override
    public Holdings holdings(long after, Origin self) {
        return store.estate.from(after, self);
    }

    @Override
    public void inherit(Holdings some) {
        some.items().forEach(this::inherit);
        some.lost().forEach((origin, last) -> store.lose(position(origin, last), _ -> true, false));
        some.end()
                .ifPresent(end -> store.estate.inherit(
                        end.positions().entrySet().stream()
                                .map(each -> position(each.getKey(), each.getValue()))
                                .toList(),
                        end.gone()));
    }

    private void inherit(Holdings.Item item) {
        Envelope message = item.message();
        Position position = position(message.origin(), message.sequence());
        try {
            store.estate.inherit(ChannelName.of(message.channel()), position, item);
        } catch (RefusedException | BadChannelException e) {
            store.lose(position, message.channel()::equals, false);
            warn(message, e);
        }
    }

    @Override
    public void disinherit() {
        store.estate.disinherit();
    }

    private static Position position(Origin origin, long sequence) {
        return new Position(OriginNumber.of(origin.name()), origin.incarnation(), sequence);
    }

    private void warn(Envelope message, RuntimeException why) {
        long now = time.nanos();
        if (now - warned >= SELDOM) {
            warned = now;
            LOG.warn("cannot take {} from another node, its readers are told a gap: {}", message, why.getMessage());
        }
    }
}
