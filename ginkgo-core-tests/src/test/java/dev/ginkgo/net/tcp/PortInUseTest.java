package dev.ginkgo.net.tcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.config.Address;
import dev.ginkgo.lifecycle.StartException;
import java.net.BindException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class PortInUseTest {

    @Test
    @DisplayName("N-01 a port in use fails the start with a BindException that names address and setting")
    void failsTheStart_whenThePortIsInUse() throws Exception {
        try (RawServer occupied = new RawServer()) {
            // Given
            Address address = occupied.address();

            // When
            Throwable thrown = catchThrowable(() -> Ginkgo.start(new Listening(), "bind = \"" + address + "\""));

            // Then
            assertThat(thrown).isInstanceOf(StartException.class);
            assertThat(bindException(thrown))
                    .hasMessageStartingWith("cannot listen on " + address + " (setting ")
                    .hasMessageContaining("bind")
                    .hasMessageContaining(":1:8)")
                    .hasMessageContaining("in use")
                    .hasMessageContaining("choose another port")
                    .hasCauseInstanceOf(BindException.class);
        }
    }

    @Test
    @DisplayName("N-01 the error also names an address that the program supplies")
    void namesAnAddressOfTheProgram() throws Exception {
        try (RawServer occupied = new RawServer()) {
            Address address = occupied.address();
            TcpServer server = new TcpServer(() -> address, connection -> {});
            assertThat(bindException(catchThrowable(() -> Ginkgo.start(server))))
                    .hasMessageStartingWith("cannot listen on " + address + " (given by the program): ");
        }
    }

    @Test
    @DisplayName("N-01 an address of another machine also causes a BindException")
    void failsTheStart_forAnAddressOfAnotherMachine() {
        TcpServer server = new TcpServer(() -> Address.of("192.0.2.1:0"), connection -> {});
        assertThat(bindException(catchThrowable(() -> Ginkgo.start(server))))
                .hasMessageStartingWith("cannot listen on 192.0.2.1:0")
                .hasMessageContaining("choose an address of this machine");
    }

    private static Throwable bindException(Throwable thrown) {
        return Stream.<Throwable>iterate(thrown, t -> t != null, Throwable::getCause)
                .filter(BindException.class::isInstance)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no BindException among the causes", thrown));
    }

    private static final class Listening extends Service {
        final Setting<Address> bind = setting("bind", RawClient.ANY_PORT).restartRequired();

        Listening() {
            add("tcp", new TcpServer(bind, connection -> {}));
        }
    }
}
