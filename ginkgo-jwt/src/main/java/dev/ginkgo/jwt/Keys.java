package dev.ginkgo.jwt;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import dev.ginkgo.hub.auth.AuthenticationException;
import java.util.List;

/** Source of keys that verify signatures. Thread-safe. */
interface Keys {
    /** Smallest RSA key that is used (RFC 7518, section 3.3). */
    int MIN_RSA_BITS = 2_048;

    /**
     * Returns the keys that fit the header of a token: its algorithm and, if both have one, the {@code kid}. May block.
     *
     * @throws AuthenticationException if the keys cannot be obtained now
     */
    List<JWK> find(JWSHeader header) throws AuthenticationException;

    /** Returns whether a key with this thumbprint (RFC 7638) is still in use. Does not block. */
    boolean contains(String thumbprint);

    /** Reads the keys again if they have changed. */
    void refresh() throws Exception;
}
