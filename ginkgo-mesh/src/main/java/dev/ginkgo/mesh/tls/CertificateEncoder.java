package dev.ginkgo.mesh.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** As much of ASN.1's DER as a certificate needs. */
final class CertificateEncoder {
    private static final int INTEGER = 0x02;
    private static final int BITS = 0x03;
    private static final int OID = 0x06;
    private static final int UTF8 = 0x0c;
    private static final int UTC = 0x17;
    private static final int GENERALIZED = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int SHORT = 0x80;
    private static final byte[] ED25519 = {0x2b, 0x65, 0x70}; // 1.3.101.112
    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03}; // 2.5.4.3

    private CertificateEncoder() {}

    /** What is signed: a certificate (version 1) of this key by itself, valid for ever. */
    static byte[] toBeSigned(String name, byte[] publicKey) {
        byte[] who = sequence(tagged(
                SET, sequence(tagged(OID, COMMON_NAME), tagged(UTF8, name.getBytes(StandardCharsets.UTF_8)))));
        byte[] always = sequence(
                tagged(UTC, "200101000000Z".getBytes(StandardCharsets.US_ASCII)),
                tagged(GENERALIZED, "99991231235959Z".getBytes(StandardCharsets.US_ASCII)));
        return sequence(tagged(INTEGER, new byte[] {1}), algorithm(), who, always, who, publicKey);
    }

    static byte[] signed(byte[] toBeSigned, byte[] signature) {
        byte[] bits = new byte[signature.length + 1]; // the first says how many bits of the last are unused
        System.arraycopy(signature, 0, bits, 1, signature.length);
        return sequence(toBeSigned, algorithm(), tagged(BITS, bits));
    }

    private static byte[] algorithm() {
        return sequence(tagged(OID, ED25519));
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return tagged(SEQUENCE, all.toByteArray());
    }

    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < SHORT) {
            out.write(content.length);
        } else {
            out.write(SHORT + 2);
            out.write(content.length >> Byte.SIZE);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
