package dev.ginkgo.hub.delivery.sender;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.ginkgo.hub.delivery.sender.SocketSenders.Choice;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class SocketSendersTest {
    private final ListAppender<ILoggingEvent> logged = new ListAppender<>();
    private final Logger logger = (Logger) LoggerFactory.getLogger(SocketSenders.class);
    private Level level = logger.getEffectiveLevel();

    @BeforeEach
    void capture() {
        level = logger.getEffectiveLevel();
        logger.setLevel(Level.INFO);
        logged.start();
        logger.addAppender(logged);
    }

    @AfterEach
    void release() {
        logger.detachAppender(logged);
        logger.setLevel(level);
    }

    private List<String> open(Choice choice, boolean epoll, Supplier<SendCall> linker) {
        logged.list.clear();
        TestSenders.of(choice, epoll, linker).open();
        return logged.list.stream()
                .map(each -> each.getLevel() + " " + each.getFormattedMessage())
                .toList();
    }

    @Test
    @DisplayName("H-295 send(2) is the default where it works; the start logs the sender in one line")
    void chosenSender_isLogged() {
        assertThat(open(Choice.AUTO, true, NativeSend::new))
                .containsExactly("INFO streams without TLS are written with send(2)");
        assertThat(open(Choice.SEND, true, NativeSend::new))
                .containsExactly("INFO streams without TLS are written with send(2)");
        assertThat(open(Choice.NETTY, true, NativeSend::new)).containsExactly("INFO streams are written through Netty");
    }

    @Test
    @DisplayName("H-296 where send(2) does not work, streams are written through Netty, and one line says why")
    void unavailableSender_fallsBack() {
        String fallback = "streams are written through Netty, because send(2) is not available: ";
        assertThat(open(Choice.AUTO, false, NativeSend::new))
                .containsExactly("INFO " + fallback + "the event loops do not use epoll");
        assertThat(open(Choice.SEND, false, NativeSend::new))
                .containsExactly("WARN http.sender = \"send\": " + fallback + "the event loops do not use epoll");
        assertThat(open(Choice.AUTO, true, () -> (_, _, _) -> -SendCall.EPERM))
                .containsExactly("INFO " + fallback + "send(2) returns -1 for a descriptor that is not open");
        assertThat(open(Choice.AUTO, true, () -> {
                    throw new ExceptionInInitializerError(new IllegalStateException("no symbol send"));
                }))
                .containsExactly("INFO " + fallback + "no symbol send");
        assertThat(open(Choice.AUTO, true, () -> {
                    throw new UnsatisfiedLinkError("no linker");
                }))
                .containsExactly("INFO " + fallback + "java.lang.UnsatisfiedLinkError: no linker");
    }

    @Test
    @DisplayName(
            "H-296 if system calls are forbidden after the start, one line is logged, and Netty writes from then on")
    void forbiddenLater_fallsBack() {
        SocketSenders senders = TestSenders.of(Choice.AUTO, true, NativeSend::new);
        senders.open();
        assertThat(senders.sendCall()).isNotNull();
        logged.list.clear();

        senders.failed(SendCall.EPERM);
        senders.failed(SendCall.EPERM);

        assertThat(senders.sendCall()).isNull();
        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("send(2) fails with errno 1; from now on streams are written through Netty");
    }

    @Test
    @DisplayName("H-333 if a socket cannot be adopted, one line says so, and no further one is")
    void failedAdoption_isNotRepeated() {
        SocketSenders senders = TestSenders.of(Choice.AUTO, true, NativeSend::new);
        senders.open();
        assertThat(senders.adopts()).isTrue();
        logged.list.clear();

        senders.adoptionFailed(new IOException("planned"));
        senders.adoptionFailed(new IOException("again"));

        assertThat(senders.adopts()).isFalse();
        assertThat(senders.sendCall()).isNotNull();
        assertThat(logged.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly(
                        "the socket of a stream cannot be adopted; from now on streams stay connections of Netty");
    }
}
