package dev.ginkgo.hub;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one channel, numbered from 0 in the order in which they came; and who reads them. Everything here is
 * guarded by the store.
 */
final class ChannelLog {
    private static final Group[] NO_GROUPS = {};

    final ChannelName name;

    private final Map<Framing, View> views = new EnumMap<>(Framing.class);
    private final List<Subscription> subscriptions = new ArrayList<>(0);
    private List<Subscription> subscribed = List.of();
    private Group[] groups = NO_GROUPS;
    private int readers;

    // A ring: message n lies at n modulo its length, a power of two.
    private @Nullable Entry[] ring = new @Nullable Entry[4];
    private long first;
    private long end;

    ChannelLog(ChannelName name) {
        this.name = name;
    }

    // ---- messages

    /** The number of the oldest message that is left. */
    long first() {
        return first;
    }

    /** The number that the next message will have. */
    long end() {
        return end;
    }

    void append(Entry entry) {
        if (end - first == ring.length) {
            @Nullable Entry[] larger = new @Nullable Entry[ring.length * 2];
            for (long n = first; n < end; n++) {
                larger[index(n, larger.length)] = ring[index(n, ring.length)];
            }
            ring = larger;
        }
        ring[index(end, ring.length)] = entry;
        end++;
    }

    Entry get(long number) {
        Entry entry = ring[index(number, ring.length)];
        if (number < first || number >= end || entry == null) {
            throw new IllegalStateException(name + " has no message " + number + ", but " + first + ".." + end);
        }
        return entry;
    }

    /** Lets go of the oldest message, and of the frames that nobody can read any more. */
    void removeFirst() {
        ring[index(first, ring.length)] = null;
        first++;
        views.values().forEach(View::trim);
    }

    /** Messages from a number on: as many as have so many bytes together, and one at least if there is one. */
    List<Message> some(long from, int bytes) {
        List<Message> some = new ArrayList<>();
        long length = 0;
        for (long n = from; n < end && length < bytes; n++) {
            Message message = get(n).message;
            some.add(message);
            length += message.shared().length;
        }
        return some;
    }

    private static int index(long number, int length) {
        return (int) number & (length - 1);
    }

    // ---- readers

    int readers() {
        return readers;
    }

    boolean isUnused() {
        return readers == 0 && first == end;
    }

    /** The readers of each framing on each loop. The array is never changed. */
    Group[] groups() {
        return groups;
    }

    /** The subscriptions of programs. The list is never changed. */
    List<Subscription> subscribed() {
        return subscribed;
    }

    int views() {
        return views.size();
    }

    /** Counts a reader in, whose view is made if it is the first. */
    Group join(Store store, Framing framing, Loop loop) {
        View view = views.computeIfAbsent(framing, f -> new View(store, this, f));
        Group group = view.groups.get(loop);
        if (group == null) {
            group = new Group(view, loop);
            view.groups.put(loop, group);
            groups = Arrays.copyOf(groups, groups.length + 1);
            groups[groups.length - 1] = group;
        }
        group.members++;
        readers++;
        return group;
    }

    /** Counts a reader out; the last one takes the view with it. */
    @SuppressWarnings("ReferenceEquality") // this very group
    void leave(Group group) {
        readers--;
        if (--group.members > 0) {
            return;
        }
        groups = Arrays.stream(groups).filter(each -> each != group).toArray(Group[]::new);
        View view = group.view;
        view.groups.remove(group.loop);
        if (view.groups.isEmpty()) {
            views.remove(view.framing, view);
            view.close();
        }
    }

    void join(Subscription subscription) {
        subscriptions.add(subscription);
        subscribed = List.copyOf(subscriptions);
        readers++;
    }

    void leave(Subscription subscription) {
        if (subscriptions.remove(subscription)) {
            subscribed = List.copyOf(subscriptions);
            readers--;
        }
    }

    void close() {
        views.values().forEach(View::close);
    }
}
