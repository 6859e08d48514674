package dev.ginkgo.hub.auth.tokens;

import dev.ginkgo.hub.auth.Authenticator;
import dev.ginkgo.hub.auth.Credentials;
import dev.ginkgo.hub.auth.Principal;
import dev.ginkgo.hub.auth.WatchedFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Authenticates by a file of users. The file contains the SHA-256 of each token, so a copy of the file is no access; a
 * token with 256 random bits needs no slow hash. A look-up by the hash reveals nothing by its duration, because a client
 * cannot choose hashes.
 *
 * <p>A user that is removed from the file, or whose grant is changed, loses what is open at once.
 */
public final class UsersFileAuthenticator implements Authenticator {
    private final WatchedFile file;
    private volatile UsersFile users = UsersFile.empty();

    /** Creates an authenticator; {@link #refresh} reads the file. */
    public UsersFileAuthenticator(Path path) {
        this.file = new WatchedFile(path);
    }

    @Override
    public void refresh() throws IOException {
        Optional<byte[]> content = file.readIfChanged();
        if (content.isPresent()) {
            users = UsersFile.parse(file.path().toString(), content.get());
        }
    }

    @Override
    public Optional<Principal> authenticate(Credentials credentials) {
        UsersFile now = users;
        if (credentials.token().isPresent()) {
            return Optional.ofNullable(
                    now.find(UsersFile.TOKEN + sha256(credentials.token().get())));
        }
        if (credentials.certificates().isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(now.find(UsersFile.CERTIFICATE
                + UsersFile.canonical(credentials.certificates().getFirst().getSubjectX500Principal())));
    }

    @Override
    public boolean isValid(Principal principal) {
        return principal.equals(users.find(principal.credentialId()));
    }

    private static String sha256(String token) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
