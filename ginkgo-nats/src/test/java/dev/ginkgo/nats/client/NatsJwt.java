package dev.ginkgo.nats.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.interfaces.EdECPublicKey;
import java.util.Base64;

/** An operator with two accounts and a user, as the tool {@code nsc} creates them. */
final class NatsJwt {
    private static final int OPERATOR = 14 << 3;
    private static final int ACCOUNT = 0;
    private static final int USER = 20 << 3;
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();
    private static final String ACCOUNT_LIMITS = """
            "limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1},\
            "default_permissions":{"pub":{},"sub":{}},""";

    private final KeyPair operator = pair();
    private final KeyPair system = pair();
    private final KeyPair account = pair();
    private final KeyPair user = pair();

    NatsJwt() throws GeneralSecurityException {}

    private static KeyPair pair() throws GeneralSecurityException {
        return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
    }

    private static String id(int kind, KeyPair pair) {
        return NkeySeed.encode(kind, (EdECPublicKey) pair.getPublic());
    }

    private static String jwt(String issuer, KeyPair signer, String subject, String nats)
            throws GeneralSecurityException {
        String claims =
                "{\"jti\":\"test\",\"iat\":1700000000,\"iss\":\"%s\",\"name\":\"test\",\"sub\":\"%s\",\"nats\":{%s,\"version\":2}}"
                        .formatted(issuer, subject, nats);
        String signed = BASE64.encodeToString("{\"typ\":\"JWT\",\"alg\":\"ed25519-nkey\"}".getBytes(UTF_8)) + "."
                + BASE64.encodeToString(claims.getBytes(UTF_8));
        Signature signature = Signature.getInstance("Ed25519");
        signature.initSign(signer.getPrivate());
        signature.update(signed.getBytes(UTF_8));
        return signed + "." + BASE64.encodeToString(signature.sign());
    }

    private String accountJwt(KeyPair of) throws GeneralSecurityException {
        return jwt(id(OPERATOR, operator), operator, id(ACCOUNT, of), ACCOUNT_LIMITS + "\"type\":\"account\"");
    }

    /** Returns the configuration of a server that trusts the operator. */
    String serverConfiguration() throws GeneralSecurityException {
        String id = id(OPERATOR, operator);
        return """
                operator: "%s"
                system_account: %s
                resolver: MEMORY
                resolver_preload: { %s: "%s", %s: "%s" }
                """.formatted(
                        jwt(id, operator, id, "\"type\":\"operator\""),
                        id(ACCOUNT, system),
                        id(ACCOUNT, system),
                        accountJwt(system),
                        id(ACCOUNT, account),
                        accountJwt(account));
    }

    /** Returns the credentials of the user. */
    String credentials() throws GeneralSecurityException {
        String token = jwt(
                id(ACCOUNT, account),
                account,
                id(USER, user),
                "\"pub\":{},\"sub\":{},\"subs\":-1,\"data\":-1,\"payload\":-1,\"type\":\"user\"");
        byte[] seed = new byte[36];
        // The second byte has the rest of the kind, which is 0 for a user.
        seed[0] = (byte) ((18 << 3) | (USER >> 5));
        byte[] key = ((EdECPrivateKey) user.getPrivate()).getBytes().orElseThrow();
        System.arraycopy(key, 0, seed, 2, key.length);
        return """
                -----BEGIN NATS USER JWT-----
                %s
                ------END NATS USER JWT------

                -----BEGIN USER NKEY SEED-----
                %s
                ------END USER NKEY SEED------
                """.formatted(token, NkeySeed.encodeWithChecksum(seed));
    }
}
