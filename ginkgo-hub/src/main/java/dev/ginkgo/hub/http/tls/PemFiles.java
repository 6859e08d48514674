package dev.ginkgo.hub.http.tls;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads certificates and private keys from PEM files (RFC 7468). */
final class PemFiles {
    private static final long MAX_BYTES = 1024 * 1024;
    private static final Pattern KEY =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----([^-]*)-----END \\1-----", Pattern.DOTALL);

    /** Algorithms of private keys that the TLS implementation of the JDK can use. */
    private static final List<String> ALGORITHMS = List.of("EC", "RSA", "EdDSA", "RSASSA-PSS");

    private PemFiles() {}

    /** Returns the certificates of a file, in its order. */
    static List<X509Certificate> certificates(Path file) throws TlsFileException {
        byte[] pem = read(file);
        try {
            List<X509Certificate> certificates =
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem)).stream()
                            .map(X509Certificate.class::cast)
                            .toList();
            if (certificates.isEmpty()) {
                throw new TlsFileException(file + " has no certificate; expected -----BEGIN CERTIFICATE-----");
            }
            return certificates;
        } catch (CertificateException e) {
            throw new TlsFileException(file + " is not a PEM file with certificates: " + e.getMessage(), e);
        }
    }

    /** Returns the private key of a file, which must be in PKCS #8 form and not encrypted. */
    static PrivateKey privateKey(Path file) throws TlsFileException {
        Matcher matcher = KEY.matcher(new String(read(file), ISO_8859_1));
        if (!matcher.find()) {
            throw new TlsFileException(file + " has no private key; expected -----BEGIN PRIVATE KEY-----");
        }
        String label = matcher.group(1);
        if (!label.equals("PRIVATE KEY")) {
            throw new TlsFileException(file + " has a key of the form \"" + label
                    + "\"; convert it: openssl pkcs8 -topk8 -nocrypt -in " + file.getFileName() + " -out key.pem");
        }
        byte[] encoded = decode(matcher.group(2), file);
        for (String algorithm : ALGORITHMS) {
            PrivateKey key = key(algorithm, encoded);
            if (key != null) {
                return key;
            }
        }
        throw new TlsFileException(file + " has a private key that is malformed, or neither EC, RSA nor Ed25519");
    }

    private static byte[] decode(String base64, Path file) throws TlsFileException {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new TlsFileException(file + " has a private key that is not valid Base64", e);
        }
    }

    /** Returns a private key; null if it is not of this algorithm. */
    private static @Nullable PrivateKey key(String algorithm, byte[] encoded) {
        try {
            return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(encoded));
        } catch (GeneralSecurityException e) {
            return null;
        }
    }

    private static byte[] read(Path file) throws TlsFileException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new TlsFileException(file + " is not a PEM file: it is longer than " + MAX_BYTES + " bytes");
            }
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new TlsFileException(file + " does not exist", e);
        } catch (AccessDeniedException e) {
            throw new TlsFileException(file + " cannot be read by this user", e);
        } catch (TlsFileException e) {
            throw e;
        } catch (IOException e) {
            throw new TlsFileException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
