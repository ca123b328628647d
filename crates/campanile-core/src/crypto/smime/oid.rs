//! Object identifiers, as the content octets of their DER form.

/// `2a 86 48 86 f7 0d 01` = 1.2.840.113549.1 (PKCS), with the arcs behind it.
macro_rules! pkcs {
    ($($arc:literal),+) => { &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, $($arc),+] };
}
/// 2.16.840.1.101.3.4 (NIST algorithms), with the arcs behind it.
macro_rules! nist {
    ($($arc:literal),+) => { &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, $($arc),+] };
}
/// 1.2.840.10045 (ANSI X9.62), with the arcs behind it.
macro_rules! x962 {
    ($($arc:literal),+) => { &[0x2a, 0x86, 0x48, 0xce, 0x3d, $($arc),+] };
}

// Content types [RFC 5652 §4, RFC 5083, RFC 3274].
pub(crate) const DATA: &[u8] = pkcs!(7, 1);
pub(crate) const SIGNED_DATA: &[u8] = pkcs!(7, 2);
pub(crate) const ENVELOPED_DATA: &[u8] = pkcs!(7, 3);
pub(crate) const AUTH_ENVELOPED_DATA: &[u8] = pkcs!(9, 16, 1, 23);
pub(crate) const COMPRESSED_DATA: &[u8] = pkcs!(9, 16, 1, 9);

// Attributes [RFC 5652 §11, RFC 8551 §2.5.2, RFC 2634, RFC 5035].
pub(crate) const CONTENT_TYPE: &[u8] = pkcs!(9, 3);
pub(crate) const MESSAGE_DIGEST: &[u8] = pkcs!(9, 4);
pub(crate) const SIGNING_TIME: &[u8] = pkcs!(9, 5);
/// As attribute and as certificate extension [RFC 4262].
pub(crate) const SMIME_CAPABILITIES: &[u8] = pkcs!(9, 15);
pub(crate) const SIGNING_CERTIFICATE: &[u8] = pkcs!(9, 16, 2, 12);
pub(crate) const SIGNING_CERTIFICATE_V2: &[u8] = pkcs!(9, 16, 2, 47);

// RSA [RFC 8017 appendix C].
pub(crate) const RSA_ENCRYPTION: &[u8] = pkcs!(1, 1);
pub(crate) const RSAES_OAEP: &[u8] = pkcs!(1, 7);
pub(crate) const MGF1: &[u8] = pkcs!(1, 8);
pub(crate) const RSASSA_PSS: &[u8] = pkcs!(1, 10);
pub(crate) const SHA256_WITH_RSA: &[u8] = pkcs!(1, 11);
pub(crate) const SHA384_WITH_RSA: &[u8] = pkcs!(1, 12);
pub(crate) const SHA512_WITH_RSA: &[u8] = pkcs!(1, 13);
/// MD2, MD4, MD5, SHA-1 and SHA-224 with RSA.
pub(crate) const WEAK_WITH_RSA: &[&[u8]] =
    &[pkcs!(1, 2), pkcs!(1, 3), pkcs!(1, 4), pkcs!(1, 5), pkcs!(1, 14)];

// Elliptic curves [RFC 5753, RFC 5758, RFC 8410].
pub(crate) const EC_PUBLIC_KEY: &[u8] = x962!(2, 1);
pub(crate) const ECDSA_WITH_SHA256: &[u8] = x962!(4, 3, 2);
pub(crate) const ECDSA_WITH_SHA384: &[u8] = x962!(4, 3, 3);
pub(crate) const ECDSA_WITH_SHA512: &[u8] = x962!(4, 3, 4);
/// ECDSA with SHA-1 and SHA-224.
pub(crate) const ECDSA_WEAK: &[&[u8]] = &[x962!(4, 1), x962!(4, 3, 1)];
pub(crate) const X25519: &[u8] = &[0x2b, 0x65, 0x6e];
pub(crate) const ED25519: &[u8] = &[0x2b, 0x65, 0x70];

// Key agreement schemes: X9.63 KDF [RFC 5753 §7.1.4], HKDF [RFC 8418 §2.2].
pub(crate) const STDDH_SHA1: &[u8] = &[0x2b, 0x81, 0x05, 0x10, 0x86, 0x48, 0x3f, 0, 2];
pub(crate) const COFACTOR_SHA1: &[u8] = &[0x2b, 0x81, 0x05, 0x10, 0x86, 0x48, 0x3f, 0, 3];
pub(crate) const STDDH_SHA256: &[u8] = &[0x2b, 0x81, 4, 1, 11, 1];
pub(crate) const STDDH_SHA384: &[u8] = &[0x2b, 0x81, 4, 1, 11, 2];
pub(crate) const STDDH_SHA512: &[u8] = &[0x2b, 0x81, 4, 1, 11, 3];
pub(crate) const COFACTOR_SHA256: &[u8] = &[0x2b, 0x81, 4, 1, 14, 1];
pub(crate) const COFACTOR_SHA384: &[u8] = &[0x2b, 0x81, 4, 1, 14, 2];
pub(crate) const COFACTOR_SHA512: &[u8] = &[0x2b, 0x81, 4, 1, 14, 3];
pub(crate) const HKDF_SHA256: &[u8] = pkcs!(9, 16, 3, 19);
pub(crate) const HKDF_SHA384: &[u8] = pkcs!(9, 16, 3, 20);
pub(crate) const HKDF_SHA512: &[u8] = pkcs!(9, 16, 3, 21);

// AES [RFC 3565, RFC 5084].
pub(crate) const AES128_CBC: &[u8] = nist!(1, 2);
pub(crate) const AES192_CBC: &[u8] = nist!(1, 22);
pub(crate) const AES256_CBC: &[u8] = nist!(1, 42);
pub(crate) const AES128_GCM: &[u8] = nist!(1, 6);
pub(crate) const AES192_GCM: &[u8] = nist!(1, 26);
pub(crate) const AES256_GCM: &[u8] = nist!(1, 46);
pub(crate) const AES128_WRAP: &[u8] = nist!(1, 5);
pub(crate) const AES192_WRAP: &[u8] = nist!(1, 25);
pub(crate) const AES256_WRAP: &[u8] = nist!(1, 45);

// Digests.
pub(crate) const SHA1: &[u8] = &[0x2b, 0x0e, 3, 2, 0x1a];
pub(crate) const SHA256: &[u8] = nist!(2, 1);
pub(crate) const SHA384: &[u8] = nist!(2, 2);
pub(crate) const SHA512: &[u8] = nist!(2, 3);

// Certificate and CRL extensions [RFC 5280 §4.2, §5.2].
pub(crate) const SUBJECT_KEY_IDENTIFIER: &[u8] = &[0x55, 0x1d, 14];
pub(crate) const BASIC_CONSTRAINTS: &[u8] = &[0x55, 0x1d, 19];
pub(crate) const ISSUING_DISTRIBUTION_POINT: &[u8] = &[0x55, 0x1d, 28];
