package dev.ginkgo.nats.client;

import io.nats.client.AuthHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Signature;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Authenticates a NATS user by a signature of the server's nonce: with a JWT, from a {@code .creds} file, or with the
 * public key alone. Signs with the JDK's Ed25519, so the client's own signer, which needs BouncyCastle, is not used.
 * The file is read for each connection, so a renewed JWT is used from the next connection on. Thread-safe.
 */
final class NkeyAuth implements AuthHandler {
    private static final Pattern JWT =
            Pattern.compile("-{3,}BEGIN NATS USER JWT-{3,}\\s+([A-Za-z0-9_\\-.=]+)\\s+-{3,}END NATS USER JWT-{3,}");
    private static final Pattern SEED = Pattern.compile("(?m)^\\s*(SU[A-Z2-7]{56})\\s*$");

    private final Path file;

    private NkeyAuth(Path file) {
        this.file = file;
    }

    private record Content(@Nullable String jwt, NkeySeed seed) {}

    /**
     * Returns the authentication by a file.
     *
     * @throws IOException if it cannot be read, or has no seed
     */
    static NkeyAuth read(Path file) throws IOException {
        NkeyAuth auth = new NkeyAuth(file);
        auth.load();
        return auth;
    }

    private Content load() throws IOException {
        String text;
        try {
            text = Files.readString(file);
        } catch (IOException e) {
            throw new IOException("cannot read the NATS credentials " + file + ": " + e, e);
        }
        Matcher seed = SEED.matcher(text);
        if (!seed.find()) {
            throw new IOException("the NATS credentials " + file + " contain no seed of a user (a line of 58 characters"
                    + " that starts with SU); create the file with \"nsc generate creds\" or \"nk -gen user\"");
        }
        Matcher jwt = JWT.matcher(text);
        try {
            return new Content(jwt.find() ? jwt.group(1) : null, NkeySeed.parse(seed.group(1)));
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new IOException("the seed in the NATS credentials " + file + " is not valid: " + e.getMessage(), e);
        }
    }

    private Content current() {
        try {
            return load();
        } catch (IOException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    @Override
    public byte[] sign(byte[] nonce) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(current().seed().privateKey());
            signature.update(nonce);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("cannot sign with the seed in " + file, e);
        }
    }

    /** Returns the public key, or null if the JWT contains it. */
    @Override
    public char @Nullable [] getID() {
        Content content = current();
        return content.jwt() == null ? content.seed().publicKey().toCharArray() : null;
    }

    @Override
    public char @Nullable [] getJWT() {
        String jwt = current().jwt();
        return jwt == null ? null : jwt.toCharArray();
    }
}
