package dev.ginkgo.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7776", "[::1]:80", "localhost:0", "db-1.example.org:65535", "0.0.0.0:80"})
    void parsesWhatItPrints(String text) {
        assertThat(Address.of(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "localhost",
                ":80",
                "localhost:",
                "::1:80",
                "a b:1",
                "h:65536",
                "h:-1",
                "h:+1",
                "h:1x",
                "http://h:1",
                "[::1]",
                "[nonsense]:1",
                "[::g]:1",
                "h:99999999999"
            })
    void rejectsMalformedAddresses(String text) {
        assertThatThrownBy(() -> Address.of(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void recognizesLoopbackAndWildcard_withoutResolvingNames() {
        assertThat(Address.of("localhost:1").isLoopback()).isTrue();
        assertThat(Address.of("127.5.0.1:1").isLoopback()).isTrue();
        assertThat(Address.of("[::1]:1").isLoopback()).isTrue();
        assertThat(Address.of("unknown.invalid:1").isLoopback()).isFalse();
        assertThat(Address.of("0.0.0.0:1").isWildcard()).isTrue();
        assertThat(Address.of("[::]:1").isWildcard()).isTrue();
        assertThat(Address.of("10.0.0.1:1").isWildcard()).isFalse();
    }

    @Test
    void convertsToASocketAddress() {
        assertThat(Address.of("127.0.0.1:7776").toSocketAddress().getPort()).isEqualTo(7776);
        assertThat(Address.of("127.0.0.1:7776").toSocketAddress().isUnresolved())
                .isFalse();
    }
}
