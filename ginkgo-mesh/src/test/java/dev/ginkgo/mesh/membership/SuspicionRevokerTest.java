package dev.ginkgo.mesh.membership;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.mesh.node.NodeAddress;
import dev.ginkgo.testing.FakeClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jgroups.Address;
import org.jgroups.EmptyMessage;
import org.jgroups.Event;
import org.jgroups.Message;
import org.jgroups.View;
import org.jgroups.stack.Protocol;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class SuspicionRevokerTest {
    private final FakeClock clock = new FakeClock();
    private final SuspicionRevoker suspicionRevoker = new SuspicionRevoker(clock);
    private final Address a = NodeAddress.create("a", 1, 1);
    private final Address b = NodeAddress.create("b", 1, 1);
    private final List<Address> unsuspected = new ArrayList<>();
    private int messages;

    private final class UpperProtocol extends Protocol {
        @Override
        public @Nullable Object up(Event event) {
            if (event.getType() == Event.UNSUSPECT) {
                unsuspected.add(event.getArg());
            }
            return null;
        }

        @Override
        public @Nullable Object up(Message message) {
            messages++;
            return null;
        }
    }

    private static final class LowerProtocol extends Protocol {
        @Override
        public @Nullable Object down(Event event) {
            return null;
        }
    }

    @BeforeEach
    void connectProtocols() {
        suspicionRevoker.setUpProtocol(new UpperProtocol());
        suspicionRevoker.setDownProtocol(new LowerProtocol());
    }

    private void receiveFrom(Address node) {
        Message message = new EmptyMessage(null);
        message.setSrc(node);
        suspicionRevoker.up(message);
    }

    @Test
    @DisplayName("K-02 a suspected node that keeps sending is not excluded when another node fails later")
    void suspectThatKeepsSending_isUnsuspected() {
        suspicionRevoker.up(new Event(Event.SUSPECT, List.of(a, b)));
        receiveFrom(a); // may have been in flight when the node failed
        assertThat(unsuspected).isEmpty();

        clock.advance(Duration.ofMillis(1_500));
        receiveFrom(a);
        receiveFrom(a);

        assertThat(unsuspected).containsExactly(a);
        assertThat(messages).isEqualTo(3);
    }

    @Test
    @DisplayName("K-02 a new view clears all suspicions")
    void newView_clearsSuspicions() {
        suspicionRevoker.up(new Event(Event.SUSPECT, List.of(a)));
        suspicionRevoker.down(new Event(Event.VIEW_CHANGE, View.create(b, 2, b)));
        clock.advance(Duration.ofMillis(1_500));
        receiveFrom(a);
        assertThat(unsuspected).isEmpty();
    }
}
