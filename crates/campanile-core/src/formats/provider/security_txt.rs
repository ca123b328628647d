//! The field `CSAF` of `security.txt` [RFC 9116, CSAF 2.0 §7.1.8].

use super::LISTING_URL_BYTES_MAX;

/// Most fields that are looked at.
const FIELDS_MAX: usize = 10;

/// The addresses that the fields `CSAF` name, in order; of a signed file what is between its lines.
pub fn security_txt(octets: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(octets);
    let fields = text.lines().filter_map(|line| line.split_once(':'));
    let named = fields.filter(|(name, _)| name.trim().eq_ignore_ascii_case("csaf"));
    let urls = named.map(|(_, url)| url.trim().to_owned());
    let plain = |url: &String| {
        let odd = |c: char| c.is_control() || c.is_whitespace() || c == '\\';
        url.starts_with("https://") && url.len() <= LISTING_URL_BYTES_MAX && !url.contains(odd)
    };
    urls.filter(plain).take(FIELDS_MAX).collect()
}
