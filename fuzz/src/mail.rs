//! Targets: addresses, fields, MIME trees, bounces.

use campanile_core::mime::{self, Field};
use campanile_core::model::address::EmailAddress;

/// An address that is taken reads back equal and holds nothing that ends a line or a path.
pub fn address(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let Ok(address) = text.parse::<EmailAddress>() else {
        return;
    };
    assert_eq!(address.as_str().parse::<EmailAddress>().as_ref(), Ok(&address));
    assert!(!address.as_str().contains(['\r', '\n', '\0', ' ', '/', '<', '>']));
}

/// Every part is a slice of the message, and reading ends.
pub fn mime_entity(data: &[u8]) {
    let Ok(root) = mime::read(data) else { return };
    let mut open = vec![&root];
    while let Some(entity) = open.pop() {
        assert!(data.as_ptr_range().contains(&entity.whole.as_ptr()) || entity.whole.is_empty());
        assert!(entity.whole.len() <= data.len());
        let _ = entity.decoded();
        let _ = mime::protected::protected(entity);
        open.extend(&entity.parts);
    }
}

/// Names and values of fields hold no line end that is not a folding.
pub fn header_fields(data: &[u8]) {
    let Ok(root) = mime::read(data) else { return };
    for field in &root.fields {
        assert!(!field.name.contains(['\r', '\n', ':', ' ']));
        let _ = root.field(field.name);
        let _ = mime::fields::mailboxes(field);
        let _ = mime::fields::addresses(field);
        assert!(!mime::text::text(field).contains(['\r', '\n', '\0']));
    }
}

/// A value becomes clean text of bounded length, and the addresses in it hold no line end.
pub fn encoded_words(data: &[u8]) {
    let field = Field { name: "From", value: data };
    let text = mime::text::text(&field);
    assert!(!text.contains(mime::text::is_invisible));
    assert!(text.chars().count() <= mime::text::TEXT_CHARS_MAX);
    for mailbox in mime::fields::mailboxes(&field).unwrap_or_default() {
        assert!(!mailbox.display.contains(mime::text::is_invisible));
        assert!(!mailbox.address.contains(['\r', '\n', '\0', ' ']));
    }
    for address in mime::fields::addresses(&field) {
        assert!(!address.contains(['\r', '\n']));
    }
}

/// The form of the outermost layer.
pub fn mime_outer(data: &[u8]) {
    let Ok(root) = mime::read(data) else { return };
    let _ = mime::outer::classify(&root);
}

/// A bounce: reading ends.
pub fn bounce(data: &[u8]) {
    let _ = mime::bounce::bounce(data);
}
