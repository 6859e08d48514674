package dev.ginkgo.hub.access;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Grant;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.net.ClientNetwork;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ClientNumberTest {
    /** Nodes of different versions must agree on it. */
    private static final long ALICE = 0x8af601b25fc3802bL;

    private static long number(String user, InetAddress network) {
        return Access.of(Principal.of(user, Grant.NONE), _ -> Optional.empty(), Credentials.ofToken("token"))
                .clientNumber(network);
    }

    @Test
    @DisplayName("H-205 a user has the same number at each node and from each address, which no network has")
    void user_hasOneNumber() throws Exception {
        InetAddress first = InetAddress.getByName("192.0.2.1");
        InetAddress second = InetAddress.getByName("2001:db8::1");
        assertThat(number("alice", first)).isEqualTo(ALICE).isNotEqualTo(number("bob", first));
        assertThat(number("alice", second)).isEqualTo(ALICE);
        for (String user : List.of("alice", "bob", "", "192.0.2.1", "\u00e4")) {
            // the networks 8000::/2 are not allocated; unique local and link-local networks are beyond them
            assertThat(number(user, first)).isBetween(0x8000_0000_0000_0000L, 0xbfff_ffff_ffff_ffffL);
        }
    }

    @Test
    @DisplayName("H-205 without credentials, a client has the number of its network")
    void clientWithoutCredentials_hasNumberOfNetwork() throws Exception {
        InetAddress network = InetAddress.getByName("192.0.2.1");
        assertThat(Access.OPEN.clientNumber(network)).isEqualTo(ClientNetwork.number(network));
        assertThat(Access.withoutCredentials(Grant.NONE).clientNumber(network)).isEqualTo(0xc0000201L);
    }
}
