package dev.ginkgo.run.cli.credentials;

import dev.ginkgo.run.output.CommandException;
import dev.ginkgo.run.output.ExitCode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Certificate of a hub in a folder, with the authority that has signed it. The JDK has no API that creates certificates, but
 * each runtime has the program {@code keytool}, which does; it works on a key store, which exists during the call only.
 */
final class DevelopmentCertificates {
    static final String AUTHORITY = "ca.pem";
    static final String AUTHORITY_KEY = "ca-key.pem";
    static final String CERTIFICATE = "fullchain.pem";
    static final String KEY = "privkey.pem";

    private static final String STORE_TYPE = "PKCS12";
    private static final String AUTHORITY_ALIAS = "ca";
    private static final String HUB_ALIAS = "hub";
    private static final int AUTHORITY_DAYS = 3_650;
    private static final int PASSWORD_BYTES = 16;
    private static final int TIMEOUT_SECONDS = 60;

    private final Path folder;
    private final String password;

    DevelopmentCertificates(Path folder) {
        this.folder = folder;
        byte[] random = new byte[PASSWORD_BYTES];
        new SecureRandom().nextBytes(random);
        this.password = HexFormat.of().formatHex(random);
    }

    /** Rejects a folder that has a certificate, or one of the two files of the authority. */
    void requireNew() {
        for (String file : List.of(CERTIFICATE, KEY)) {
            if (Files.exists(folder.resolve(file))) {
                throw exists(file);
            }
        }
        if (Files.exists(folder.resolve(AUTHORITY)) != Files.exists(folder.resolve(AUTHORITY_KEY))) {
            throw exists(Files.exists(folder.resolve(AUTHORITY)) ? AUTHORITY : AUTHORITY_KEY);
        }
    }

    private CommandException exists(String file) {
        return new CommandException(
                ExitCode.CANNOT_CREATE,
                folder.resolve(file) + " exists, and is not overwritten; remove it, or choose another folder");
    }

    /**
     * Creates the files.
     *
     * @param names alternative names as {@code keytool} expects them, such as {@code dns:localhost}
     * @param days how long the certificate is valid
     */
    void create(List<String> names, long days) throws IOException, GeneralSecurityException, InterruptedException {
        Path temporary = Files.createTempDirectory("ginkgo-cert-"); // of this user only
        Path store = temporary.resolve("keys.p12");
        try {
            boolean newAuthority = !Files.exists(folder.resolve(AUTHORITY));
            if (newAuthority) {
                List<String> extensions = List.of("-ext", "bc:c=ca:true,pathlen:0", "-ext", "ku:c=keyCertSign,cRLSign");
                generate(store, AUTHORITY_ALIAS, "CN=Ginkgo development authority", AUTHORITY_DAYS, extensions);
            } else {
                importAuthority(store);
            }
            List<String> signed = List.of(
                    "-signer",
                    AUTHORITY_ALIAS,
                    "-ext",
                    "san=" + String.join(",", names),
                    "-ext",
                    "ku:c=digitalSignature",
                    "-ext",
                    "eku=serverAuth");
            generate(store, HUB_ALIAS, "CN=Ginkgo hub", days, signed);
            write(store, newAuthority);
        } finally {
            Files.deleteIfExists(store);
            Files.deleteIfExists(temporary);
        }
    }

    private void generate(Path store, String alias, String name, long days, List<String> more)
            throws IOException, InterruptedException {
        Path keytool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(
                keytool.toString(),
                "-J-XX:TieredStopAtLevel=1",
                "-genkeypair",
                "-alias",
                alias,
                "-dname",
                name,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                Long.toString(days),
                "-keystore",
                store.toString(),
                "-storetype",
                STORE_TYPE,
                "-storepass:env",
                "GINKGO_STORE_PASSWORD"));
        command.addAll(more);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("GINKGO_STORE_PASSWORD", password);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new CommandException(
                    ExitCode.CONFIGURATION, keytool + " cannot be run; use a Java runtime that has it, or openssl");
        }
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new CommandException(ExitCode.CANNOT_CREATE, "keytool has created no certificate: " + output);
        }
    }

    /** Writes the authority of the folder into a new key store. */
    private void importAuthority(Path store) throws IOException, GeneralSecurityException {
        Certificate authority;
        try (InputStream in = Files.newInputStream(folder.resolve(AUTHORITY))) {
            authority = CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
        String pem = Files.readString(folder.resolve(AUTHORITY_KEY));
        byte[] encoded;
        try {
            encoded = Base64.getMimeDecoder().decode(pem.replaceAll("-----[A-Z ]+-----", ""));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException(AUTHORITY_KEY + " is not a private key in PEM", e);
        }
        Key key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(encoded));
        KeyStore keys = KeyStore.getInstance(STORE_TYPE);
        keys.load(null, null);
        keys.setKeyEntry(AUTHORITY_ALIAS, key, password.toCharArray(), new Certificate[] {authority});
        try (OutputStream file = Files.newOutputStream(store)) {
            keys.store(file, password.toCharArray());
        }
    }

    private void write(Path store, boolean newAuthority) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance(STORE_TYPE);
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, password.toCharArray());
        }
        if (newAuthority) {
            SecretFile.create(folder.resolve(AUTHORITY_KEY), privateKey(keys, AUTHORITY_ALIAS));
            Files.writeString(folder.resolve(AUTHORITY), pem(keys.getCertificate(AUTHORITY_ALIAS)));
        }
        SecretFile.create(folder.resolve(KEY), privateKey(keys, HUB_ALIAS));
        StringBuilder chain = new StringBuilder();
        for (Certificate each : keys.getCertificateChain(HUB_ALIAS)) {
            chain.append(pem(each));
        }
        Files.writeString(folder.resolve(CERTIFICATE), chain);
    }

    private String privateKey(KeyStore keys, String alias) throws GeneralSecurityException {
        return pem("PRIVATE KEY", keys.getKey(alias, password.toCharArray()).getEncoded());
    }

    private static String pem(Certificate certificate) throws CertificateEncodingException {
        return pem("CERTIFICATE", certificate.getEncoded());
    }

    private static String pem(String label, byte[] encoded) {
        return "-----BEGIN " + label + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded) + "\n-----END " + label
                + "-----\n";
    }
}
