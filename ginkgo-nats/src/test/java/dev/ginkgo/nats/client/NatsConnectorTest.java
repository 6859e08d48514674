package dev.ginkgo.nats.client;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ginkgo.Ginkgo;
import dev.ginkgo.Service;
import dev.ginkgo.Setting;
import dev.ginkgo.cluster.spi.FreePorts;
import dev.ginkgo.config.Address;
import dev.ginkgo.config.Configuration;
import dev.ginkgo.hub.testing.TestCertificates;
import dev.ginkgo.nats.testing.NatsServers;
import io.nats.client.Connection;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections to real servers that authenticate their clients. */
class NatsConnectorTest {
    /** From github.com/nats-io/nkeys. */
    private static final String SEED = "SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY";

    @TempDir
    private @Nullable Path folder;

    private static final class Client extends Service {
        final NatsSettings settings = new NatsSettings(
                new NatsSettings.Declaration() {
                    @Override
                    public <T> Setting<T> setting(String key, T defaultValue) {
                        return Client.this.setting(key, defaultValue);
                    }

                    @Override
                    public Setting<Optional<Path>> path(String key) {
                        return optional(key, Path.class);
                    }

                    @Override
                    public Setting<List<Address>> addresses(String key) {
                        return list(key, Address.class);
                    }
                },
                NatsSettings.DEFAULT_SERVERS);
    }

    private static void connect(NatsServers servers, String settings) throws Exception {
        Client client = new Client();
        try (Ginkgo _ = Ginkgo.start(client, servers.setting() + "\n" + settings);
                NatsLink link = NatsConnector.create(client.settings, "test").connect(() -> {})) {
            assertThat(link.connection().getStatus()).isEqualTo(Connection.Status.CONNECTED);
        }
    }

    private Path file(String name, String text) throws IOException {
        return Files.writeString(requireNonNull(folder).resolve(name), text);
    }

    @Test
    @DisplayName("N-25: a hub authenticates by user and password, or by an NKey; wrong credentials are reported")
    void passwordAndNkey() throws Exception {
        String publicKey = NkeySeed.parse(SEED).publicKey();
        try (NatsServers servers = NatsServers.start(
                requireNonNull(folder),
                1,
                "authorization { users: [ { user: u, password: secret1 }, { nkey: %s } ] }\n".formatted(publicKey))) {
            connect(servers, "user = 'u'\npassword = 'secret1'");
            connect(servers, "user = 'u'\npassword-file = '" + file("password", "secret1") + "'");
            connect(servers, "credentials = '" + file("user.nk", SEED + "\n") + "'");

            assertThatThrownBy(() -> connect(servers, "user = 'u'\npassword = 'wrong1'"))
                    .hasMessageContaining(servers.addresses().getFirst() + " rejects the credentials")
                    .hasMessageNotContaining("wrong1");
            assertThatThrownBy(() -> connect(servers, "")).hasMessageContaining("rejects the credentials");
            assertThatThrownBy(() -> connect(servers, "credentials = '" + file("bad", "SUX") + "'"))
                    .hasMessageContaining("contain no seed");
        }
    }

    @Test
    @DisplayName(
            "N-46: while the server is frozen, a message is sent without waiting for space in the queue of the connection")
    void sendingDoesNotWait() throws Exception {
        Client client = new Client();
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1);
                Ginkgo _ = Ginkgo.start(client, servers.setting());
                NatsLink link = NatsConnector.create(client.settings, "test").connect(() -> {})) {
            servers.pause(0);
            try {
                byte[] payload = new byte[4_000];
                for (int i = 0; i < 20_000; i++) { // more than the queue holds
                    link.connection().publish("subject", payload); // throws if it has waited for too long
                }
            } finally {
                servers.resume(0);
            }
        }
    }

    @Test
    @DisplayName("N-25: a hub authenticates by a token")
    void token() throws Exception {
        try (NatsServers servers =
                NatsServers.start(requireNonNull(folder), 1, "authorization { token: \"t0ken\" }\n")) {
            connect(servers, "token = 't0ken'");
            assertThatThrownBy(() -> connect(servers, "token = 'other'"))
                    .hasMessageContaining("rejects the credentials");
        }
    }

    @Test
    @DisplayName("N-25: a hub authenticates by a JWT and the signature of its user")
    void jwt() throws Exception {
        NatsJwt operator = new NatsJwt();
        try (NatsServers servers = NatsServers.start(requireNonNull(folder), 1, operator.serverConfiguration())) {
            connect(servers, "credentials = '" + file("user.creds", operator.credentials()) + "'");

            assertThatThrownBy(() -> connect(
                            servers, "credentials = '" + file("other.creds", new NatsJwt().credentials()) + "'"))
                    .hasMessageContaining("rejects the credentials");
        }
    }

    @Test
    @DisplayName("N-26: with TLS, the certificate of the server is verified with its name, and the hub sends its own")
    void tls() throws Exception {
        TestCertificates certificates = new TestCertificates(requireNonNull(folder));
        TestCertificates.Pair client = certificates.localhost("client");
        for (String names : new String[] {"right", "wrong"}) {
            Address address = FreePorts.free();
            TestCertificates.Pair server = certificates.selfSigned(
                    names, "EC", names.equals("right") ? "IP:" + address.host() : "DNS:other.example.org", 30);
            NatsServers started = NatsServers.startAt(
                    requireNonNull(folder).resolve(names),
                    address,
                    "tls { cert_file: \"%s\", key_file: \"%s\", ca_file: \"%s\", verify: true }\n"
                            .formatted(server.certificate(), server.key(), client.certificate()));
            try (NatsServers servers = started) {
                String ca = "ca = '" + server.certificate() + "'\n";
                String own = "certificate = '" + client.certificate() + "'\nkey = '" + client.key() + "'\n";
                if (names.equals("right")) {
                    connect(servers, ca + own);
                    assertThatThrownBy(() -> connect(servers, ca)).isInstanceOf(IOException.class);
                    assertThatThrownBy(() -> connect(servers, own))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("unable to find valid certification path");
                } else {
                    assertThatThrownBy(() -> connect(servers, ca + own))
                            .isInstanceOf(IOException.class)
                            .hasMessageContaining("No subject alternative");
                }
            }
        }
    }

    @Test
    @DisplayName("N-25: secrets are masked in the settings, and credentials that contradict each other are a problem")
    void secretsAreMasked() {
        Configuration configuration =
                Configuration.empty().text("test", "token = 'hidden1'\npassword = 'hidden2'\nuser = 'u'");
        assertThat(Ginkgo.of(new Client())
                        .configuration(configuration)
                        .validate()
                        .toString())
                .doesNotContain("hidden1")
                .doesNotContain("hidden2")
                .contains("configure one of the three");
    }
}
