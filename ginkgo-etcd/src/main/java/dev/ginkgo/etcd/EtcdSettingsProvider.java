package dev.ginkgo.etcd;

import dev.ginkgo.config.Secret;
import dev.ginkgo.config.SettingsSource;
import dev.ginkgo.config.SettingsSourceProvider;
import dev.ginkgo.etcd.client.EtcdClient;
import dev.ginkgo.etcd.client.EtcdConfig;
import dev.ginkgo.etcd.client.EtcdTls;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import javax.net.ssl.SSLContext;

/**
 * Opens settings in etcd: {@code etcd://10.0.1.1:2379,10.0.1.2:2379/settings/gateway/?ca=/etc/gateway/ca.pem}. The
 * parameters are {@code tls=true}, {@code ca}, {@code certificate}, {@code key}, {@code user} and {@code password-file}.
 * Loaded by the command; programs do not use it directly.
 */
public final class EtcdSettingsProvider implements SettingsSourceProvider {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Set<String> PARAMETERS = Set.of("tls", "ca", "certificate", "key", "user", "password-file");

    /** Called by {@link java.util.ServiceLoader}. */
    public EtcdSettingsProvider() {}

    @Override
    public String scheme() {
        return "etcd";
    }

    @Override
    public SettingsSource open(URI location, Path directory) {
        return openSource(location, directory);
    }

    static EtcdSettingsSource openSource(URI location, Path directory) {
        String path = location.getPath() == null ? "" : location.getPath();
        if (location.getRawAuthority() == null || path.length() < 2) {
            throw new IllegalArgumentException(
                    location + " has no server or no prefix; write etcd://10.0.1.1:2379/settings/gateway/");
        }
        Map<String, String> parameters = parameters(location);
        boolean isEncrypted = parameters.getOrDefault("tls", "").equals("true") || parameters.containsKey("ca");
        try {
            List<URI> endpoints = Arrays.stream(location.getRawAuthority().split(",", -1))
                    .map(address -> URI.create((isEncrypted ? "https://" : "http://") + address))
                    .toList();
            Optional<SSLContext> tls = isEncrypted
                    ? Optional.of(EtcdTls.context(
                            file(parameters, "ca", directory),
                            file(parameters, "certificate", directory),
                            file(parameters, "key", directory)))
                    : Optional.empty();
            Optional<Path> passwordFile = file(parameters, "password-file", directory);
            Secret password = Secret.of(
                    passwordFile.isPresent()
                            ? Files.readString(passwordFile.get()).strip()
                            : "");
            EtcdClient client = new EtcdClient(
                    new EtcdConfig(endpoints, parameters.getOrDefault("user", ""), password, tls, TIMEOUT));
            return new EtcdSettingsSource(client, location, path.endsWith("/") ? path : path + "/");
        } catch (IOException e) {
            throw new IllegalArgumentException(location + " cannot be used: " + e.getMessage(), e);
        }
    }

    private static Map<String, String> parameters(URI location) {
        Map<String, String> parameters = new TreeMap<>();
        String query = location.getQuery() == null ? "" : location.getQuery();
        for (String each : query.isEmpty() ? new String[0] : query.split("&", -1)) {
            String[] parts = each.split("=", 2);
            if (parts.length < 2 || !PARAMETERS.contains(parts[0])) {
                throw new IllegalArgumentException(location + " has the parameter \"" + each + "\"; possible are "
                        + String.join(", ", new TreeSet<>(PARAMETERS)));
            }
            parameters.put(parts[0], parts[1]);
        }
        return parameters;
    }

    private static Optional<Path> file(Map<String, String> parameters, String name, Path directory) {
        return Optional.ofNullable(parameters.get(name)).map(directory::resolve);
    }
}
