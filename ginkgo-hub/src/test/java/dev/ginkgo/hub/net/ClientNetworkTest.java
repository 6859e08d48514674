package dev.ginkgo.hub.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientNetworkTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "2001:db8:0:1::1, 2001:db8:0:1:ffff:ffff:ffff:ffff, true",
        "2001:db8:0:1::1, 2001:db8:0:2::1, false",
        "::ffff:192.0.2.1, 192.0.2.1, true"
    })
    @DisplayName("H-44 limits per address count the addresses of one IPv6 /64 together, and each IPv4 address alone")
    void addressesOfOneNetwork_areCountedTogether(String one, String other, boolean together)
            throws UnknownHostException {
        InetAddress first = ClientNetwork.of(InetAddress.getByName(one));
        InetAddress second = ClientNetwork.of(InetAddress.getByName(other));
        assertThat(first.equals(second)).isEqualTo(together);
    }

    @ParameterizedTest
    @CsvSource({
        "192.0.2.1, 192.0.2.1, true",
        "192.0.2.1, 192.0.2.2, false",
        "203.0.113.1, 2001:db8:0:1::1, false",
        "2001:db8:0:1::1, 2001:db8:0:1:ffff:ffff:ffff:ffff, true",
        "2001:db8:0:1::1, 2001:db8:0:2::1, false",
        "fe80::1, 2001:db8::1, false"
    })
    @DisplayName("H-58 each network has its own number: an IPv4 address, or an IPv6 /64")
    void eachNetwork_hasItsOwnNumber(String one, String other, boolean same) throws UnknownHostException {
        long first = ClientNetwork.number(InetAddress.getByName(one));
        assertThat(first == ClientNetwork.number(InetAddress.getByName(other))).isEqualTo(same);
    }
}
