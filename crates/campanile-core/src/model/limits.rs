//! Every limit: its unit in the name, its reason and source beside it.
//!
//! A limit that an attacker can reach is refused with a clear condition, never met by waiting.

/// Longest address: RFC 5321 §4.5.3.1.3 (path of 256 octets with its brackets).
pub const ADDRESS_BYTES_MAX: usize = 254;
/// Largest message taken by SMTP unless configured: 40 MiB carries a 29 MiB attachment sealed.
pub const MESSAGE_BYTES_MAX: usize = 41_943_040;
/// Largest plaintext after decryption and decompression: it has to fit, sealed anew, into what
/// the mail systems of the teams take, and the bombs of attackers unfold to gigabytes.
pub const PLAINTEXT_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Largest plaintext that bzip2 has compressed: three kilobytes can make it walk through memory for
/// 0.15 µs for each octet, a hundred times as long as deflate, and no mail program prefers it.
pub const BZIP2_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest header section of a message: sendmail's and Postfix's default is 32 KiB and 100 KiB.
pub const HEADER_BYTES_MAX: usize = 128 * 1024;
/// Most header fields in one section; a mail after seven relays has about 60.
pub const HEADER_FIELDS_MAX: usize = 1_000;
/// Most MIME parts in one tree; alerts have fewer than 20.
pub const PARTS_MAX: usize = 1_000;
/// Deepest nesting of MIME parts; deeper trees are made to exhaust readers (`docs/threats.md`,
/// denial of service).
pub const PART_DEPTH_MAX: usize = 50;
/// Most parameters (or RFC 2231 pieces) of one MIME field.
pub const PARAMETERS_MAX: usize = 100;
/// Most recipients (PKESK packets, RecipientInfos) in front of one ciphertext: a network has
/// hundreds of teams, and a team may mail them all.
pub const KEY_SLOTS_MAX: usize = 1_000;
/// Most key-slots without a key ID that we try: each costs a private-key operation per list key.
pub const KEY_SLOTS_HIDDEN_MAX: usize = 20;
/// Most signatures on one content; one is accepted, the others only have to be counted.
pub const SIGNATURES_MAX: usize = 10;
/// Deepest nesting of OpenPGP packets or CMS structures.
pub const PACKET_DEPTH_MAX: usize = 8;
/// Largest certificate taken for registration, in bytes, after stripping foreign signatures.
pub const CERTIFICATE_BYTES_MAX: usize = 1024 * 1024;
/// Largest file offered for registration, in bytes, before stripping.
pub const CERTIFICATE_FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Smallest RSA modulus that may sign or encrypt, in bits: NIST SP 800-131A.
pub const RSA_BITS_MIN: usize = 2048;
/// Largest RSA modulus: a 16,384-bit key with a large exponent is a denial of service.
pub const RSA_BITS_MAX: usize = 8192;
/// Received fields before a mail counts as looping: RFC 5321 §6.3 asks for at least 100.
pub const RECEIVED_FIELDS_MAX: usize = 100;
/// How far a signature may lie in the future, for clocks that go fast.
pub const CLOCK_SKEW_SECONDS_MAX: i64 = 300;
/// Default freshness window: the sender's MTA retries for five days [RFC 5321 §4.5.4.1].
pub const FRESHNESS_SECONDS: i64 = 7 * 24 * 3600;

/// Longest remark of an acknowledgement and note of a call, in characters: a page.
pub const REMARK_CHARS_MAX: usize = 4_000;
/// Largest draft of an alert, in bytes: far more than anybody types.
pub const DRAFT_BYTES_MAX: usize = 1024 * 1024;
/// Largest document of alerts or advisories that is read, in octets: the largest CSAF files of
/// vendors have 5 MB, an alert has a few kilobytes.
pub const DOCUMENT_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Deepest nesting of elements or JSON values; IODEF's deepest sensible document has about 15.
pub const DOCUMENT_DEPTH_MAX: usize = 64;
/// Most elements or JSON values of one document: each costs memory many times its octets.
pub const DOCUMENT_ELEMENTS_MAX: usize = 200_000;
/// Largest listing of what a provider has, in octets: Red Hat's `changes.csv` has 15 MB.
pub const LISTING_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Most JSON values of a listing: an entry of a ROLIE feed has about 35.
pub const LISTING_VALUES_MAX: usize = 1_500_000;
/// Most documents of one listing: the largest providers have 300,000.
pub const LISTING_DOCUMENTS_MAX: usize = 500_000;
/// Longest address in a listing, in octets: what is longer is left out.
pub const LISTING_URL_BYTES_MAX: usize = 2_000;
/// Most feeds, folders and keys that one provider names, and providers that an aggregator names.
pub const LISTING_PARTS_MAX: usize = 1_000;
/// Most attributes of one element; comparing them for duplicates costs their square.
pub const DOCUMENT_ATTRIBUTES_MAX: usize = 100;
/// Longest name of an element, attribute or member, in octets; the longest of our formats has 33.
pub const DOCUMENT_NAME_BYTES_MAX: usize = 256;
/// Most namespace declarations in force at one place of a document.
pub const DOCUMENT_NAMESPACES_MAX: usize = 200;
/// Most findings kept of one document: a report of thousands helps nobody.
pub const FINDINGS_MAX: usize = 200;
/// Most states of products (vulnerabilities times products) that are listed where a format says
/// them once for all: an advisory of AlmaLinux has 6,000.
pub const STATES_MAX: usize = 20_000;
/// Most rows of a table of minimum records: a year of a busy network has 2,000.
pub const TABLE_ROWS_MAX: usize = 10_000;
/// Largest document in YAML, in octets: the largest of PyPA has 60 kilobytes, and scanning YAML
/// costs ten times what JSON does.
pub const YAML_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Deepest nesting of a document that is validated: CSAF 2.1 allows 30 branches in each other, two
/// levels each, with a dozen above and below.
pub const VALIDATION_DEPTH_MAX: usize = 100;
/// Most findings told of one test on one document; whether it has passed is known all the same.
pub const VALIDATION_FINDINGS_MAX: usize = 50;
/// Largest alert, in bytes of its JSON: a text that nobody reads at three in the morning.
pub const ALERT_BYTES_MAX: usize = 512 * 1024;
/// Most identifiers of one kind that grouping takes from an advisory: the largest yearly bulletin
/// that is known names about 800, a kernel's record of backports up to 2,000.
pub const GROUPING_IDENTIFIERS_MAX: usize = 4_000;
/// From how many vulnerabilities on an advisory is a collective bulletin. Of 6,979 documents of 19
/// issuers 2.5 % name more; these are patch days and kernels, which overlap from month to month,
/// while the update of a browser names up to 20.
pub const COLLECTIVE_VULNERABILITIES_MIN: usize = 21;
/// How many advisories may cite a number before it says nothing about one issue: the page of a
/// patch day is cited by the record of each of its vulnerabilities.
pub const CITING_ADVISORIES_MAX: usize = 100;
/// How large a group without a collective bulletin gets before it is shown as doubtful.
pub const GROUP_MEMBERS_DOUBTFUL_MIN: usize = 61;
/// Longest query, in octets: what fits into an address, and more than anybody types.
pub const QUERY_BYTES_MAX: usize = 2_000;
/// Deepest nesting of brackets and `not` of a query.
pub const QUERY_DEPTH_MAX: usize = 20;
/// Most words and values of a query: each is looked up in an index, or asked of every row.
pub const QUERY_CONDITIONS_MAX: usize = 60;
