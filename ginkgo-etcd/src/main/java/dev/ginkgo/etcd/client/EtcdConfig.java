package dev.ginkgo.etcd.client;

import dev.ginkgo.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * How to reach etcd.
 *
 * @param endpoints {@code http} or {@code https} URLs of the servers; at least one. The first one that answers is used
 *     until it does not
 * @param user name of the user; empty if etcd has no authentication, or uses the common name of the certificate
 * @param password the password of the user
 * @param tls certificates for {@code https}; empty for those of the Java runtime
 * @param timeout how long an endpoint may take to answer
 */
public record EtcdConfig(
        List<URI> endpoints, String user, Secret password, Optional<SSLContext> tls, Duration timeout) {
    public EtcdConfig {
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints is empty; name at least one server of etcd");
        }
    }
}
