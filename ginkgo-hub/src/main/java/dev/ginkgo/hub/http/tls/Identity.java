package dev.ginkgo.hub.http.tls;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * A certificate of the hub with its private key.
 *
 * @param chain the certificate and its issuers
 * @param names DNS names of the certificate, in lower case; {@code *.example.org} stands for all names with one more label
 */
record Identity(PrivateKey key, List<X509Certificate> chain, Set<String> names) {
    private static final int DNS_NAME = 2;

    /**
     * Reads a certificate and its key.
     *
     * @throws TlsFileException if a file cannot be used, or the key does not belong to the certificate
     */
    static Identity read(TlsSettings.Pair pair) throws TlsFileException {
        List<X509Certificate> chain = PemFiles.certificates(pair.certificate());
        PrivateKey key = PemFiles.privateKey(pair.key());
        if (!matches(key, chain.getFirst())) {
            throw new TlsFileException("the private key in " + pair.key() + " does not belong to the certificate in "
                    + pair.certificate() + ", whose first certificate must be that of the hub");
        }
        return new Identity(key, chain, dnsNames(chain.getFirst()));
    }

    X509Certificate certificate() {
        return chain.getFirst();
    }

    private static boolean matches(PrivateKey key, X509Certificate certificate) {
        String algorithm = switch (key.getAlgorithm()) {
            case "EC" -> "SHA256withECDSA";
            case "RSA" -> "SHA256withRSA";
            case "EdDSA", "RSASSA-PSS" -> "";
            default -> throw new IllegalArgumentException("unexpected key algorithm " + key.getAlgorithm());
        };
        if (algorithm.isEmpty()) {
            return key.getAlgorithm().equals(certificate.getPublicKey().getAlgorithm());
        }
        try {
            byte[] text = "test".getBytes(StandardCharsets.US_ASCII);
            Signature signer = Signature.getInstance(algorithm);
            signer.initSign(key);
            signer.update(text);
            byte[] signature = signer.sign();
            Signature verifier = Signature.getInstance(algorithm);
            verifier.initVerify(certificate.getPublicKey());
            verifier.update(text);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // keys of different algorithms
        }
    }

    private static Set<String> dnsNames(X509Certificate certificate) throws TlsFileException {
        try {
            Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
            Set<String> names = new HashSet<>();
            if (alternatives != null) {
                for (List<?> each : alternatives) {
                    if (each.get(0) instanceof Integer type && type == DNS_NAME) {
                        names.add(String.valueOf(each.get(1)).toLowerCase(Locale.ROOT));
                    }
                }
            }
            return Set.copyOf(names);
        } catch (CertificateParsingException e) {
            throw new TlsFileException("the names of a certificate are malformed: " + e.getMessage(), e);
        }
    }
}
