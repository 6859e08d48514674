package dev.ginkgo.mesh.tls;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Encoder of self-signed Ed25519 certificates: the subset of ASN.1 DER that they need. */
final class CertificateEncoder {
    private static final int INTEGER = 0x02;
    private static final int BIT_STRING = 0x03;
    private static final int OID = 0x06;
    private static final int UTF8_STRING = 0x0c;
    private static final int UTC_TIME = 0x17;
    private static final int GENERALIZED_TIME = 0x18;
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int LONG_FORM = 0x80;
    private static final byte[] ED25519 = {0x2b, 0x65, 0x70}; // 1.3.101.112
    private static final byte[] COMMON_NAME = {0x55, 0x04, 0x03}; // 2.5.4.3

    private CertificateEncoder() {}

    /** Returns the part to sign of a self-issued certificate (version 1) that never expires. */
    static byte[] toBeSigned(String commonName, byte[] publicKey) {
        byte[] name = sequence(tagged(
                SET,
                sequence(tagged(OID, COMMON_NAME), tagged(UTF8_STRING, commonName.getBytes(StandardCharsets.UTF_8)))));
        byte[] validity = sequence(
                tagged(UTC_TIME, "200101000000Z".getBytes(StandardCharsets.US_ASCII)),
                tagged(GENERALIZED_TIME, "99991231235959Z".getBytes(StandardCharsets.US_ASCII)));
        return sequence(tagged(INTEGER, new byte[] {1}), algorithm(), name, validity, name, publicKey);
    }

    /** Returns the complete certificate. */
    static byte[] signed(byte[] toBeSigned, byte[] signature) {
        byte[] bits = new byte[signature.length + 1]; // the first byte is the number of unused bits in the last one
        System.arraycopy(signature, 0, bits, 1, signature.length);
        return sequence(toBeSigned, algorithm(), tagged(BIT_STRING, bits));
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
        if (content.length < LONG_FORM) {
            out.write(content.length);
        } else {
            out.write(LONG_FORM + 2);
            out.write(content.length >> Byte.SIZE);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }
}
