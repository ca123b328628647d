//! Targets: the whole gate, from a mail to the verdict.

use campanile_core::crypto::smime;
use campanile_core::model::list::Disposition;
use campanile_core::model::plaintext::Plaintext;

use crate::edits;
use crate::material::{CONTENT, Gate, good, pkcs7_mime};

/// A good mail with changes is refused, or accepted with the content that its team signed.
pub fn edited_mail(data: &[u8]) {
    let Some((form, script)) = data.split_first() else { return };
    let good = &good()[usize::from(*form) % good().len()];
    let mut mail = good.mail.clone();
    edits::apply(script, &mut mail);
    let (opened, verdict) = Gate::get().judge(&mail);
    if verdict.disposition == Disposition::Accept {
        let content = opened.content.expect("what is accepted has content");
        assert!(**content == *CONTENT.as_bytes(), "{}: another content", good.form);
    }
}

/// What a stranger seals for the list is opened, and never accepted.
pub fn sealed_content(data: &[u8]) {
    let gate = Gate::get();
    let entity = Plaintext::from(data.to_vec());
    let lines = gate.enveloped(entity, smime::Container::Enveloped);
    let (_, verdict) = gate.judge(&pkcs7_mime("enveloped-data", &lines));
    assert!(verdict.disposition != Disposition::Accept);
}
