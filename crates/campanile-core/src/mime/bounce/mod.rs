//! Bounces: which copy did not arrive, for good or for now.
//!
//! Reads delivery status notifications [RFC 3464] and the free texts of programs that never
//! learned them. Whose copy it was is proven by the return path's MAC, never by what is read
//! here: anybody can write a bounce. Tolerant, linear, bounded, and never fails.

mod report;
mod status;
mod view;

use view::View;

use super::compose::message_ids;
use super::text::clean;

/// What a report says happened [RFC 3464 §2.3.3].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Given up.
    Failed,
    /// Not yet delivered, still being tried.
    Delayed,
    /// Delivered.
    Delivered,
    /// Handed to a server that does not report.
    Relayed,
    /// Delivered to several, as by a list.
    Expanded,
    /// It does not say.
    Unknown,
}

/// A report about a mail of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bounce {
    /// Address that the report is about.
    pub recipient: Option<String>,
    /// What happened.
    pub action: Action,
    /// Enhanced status code `d.d.d` [RFC 3463]; `5.0.0` or `4.0.0` out of a bare reply code.
    pub status: Option<String>,
    /// What the other server said, clean, at most 300 characters.
    pub diagnostic: Option<String>,
    /// Message-ID of the mail it is about, with its brackets.
    pub original_message_id: Option<String>,
}

impl Bounce {
    /// Whether the address is bad for good; `None` when the report leaves it open.
    pub fn is_permanent(&self) -> Option<bool> {
        match (self.action, self.status.as_deref().and_then(|s| s.chars().next())) {
            (Action::Delivered | Action::Relayed | Action::Expanded, _) => None,
            (Action::Delayed, _) | (_, Some('4')) => Some(false),
            (Action::Failed, _) | (_, Some('5')) => Some(true),
            _ => None,
        }
    }
}

/// Longest diagnostic, in characters.
const DIAGNOSTIC_CHARS_MAX: usize = 300;

/// Reads a bounce; `None` when the mail is none: mail of people, vacation answers, read receipts
/// and complaint reports.
pub fn bounce(mail: &[u8]) -> Option<Bounce> {
    let view = View::of(mail);
    if !is_bounce(&view) {
        return None;
    }
    let block = report::block(&view);
    let field = |name| block.as_ref().and_then(|block| block.get(name));
    let said = field("diagnostic-code").map(|text| report::without_type(text).to_owned());
    let diagnostic = said.or_else(|| status::telling_line(&view.text));
    let status = status_of(field("status"), diagnostic.as_deref(), &view);
    let action = match field("action").map(action_named) {
        Some(action) if action != Action::Unknown => action,
        _ => action_of(status.as_deref(), block.is_some(), &view),
    };
    let recipient = ["original-recipient", "final-recipient"]
        .into_iter()
        .filter_map(|name| Some(report::without_type(field(name)?).to_owned()))
        .find(|address| address.contains('@'))
        .or_else(|| view.field("x-failed-recipients").and_then(report::address_in))
        .or_else(|| status::recipient_line(&view.text));
    Some(Bounce {
        recipient: recipient.map(|text| clean(text.trim_matches(['<', '>', ' ', '"']))),
        action,
        status,
        diagnostic: diagnostic
            .map(|text| clean(&text).chars().take(DIAGNOSTIC_CHARS_MAX).collect()),
        original_message_id: original_id(&view),
    })
}

/// Subjects of bounces, in lower case.
const SUBJECTS: &[&str] = &[
    "undeliver",
    "delivery status",
    "delivery notification",
    "returned mail",
    "returned to sender",
    "returning to sender",
    "returning message",
    "delivery fail",
    "delivery has failed",
    "delivery problem",
    "failure notice",
    "failure delivery",
    "failed delivery",
    "mail failure",
    "mail failed",
    "mail system error",
    "delivery error",
    "error sending",
    "could not be delivered",
    "could not send",
    "non-delivery",
    "nondeliver",
    "not delivered",
    "delayed",
    "mail delivery",
    "message delivery",
    "unzustellbar",
    "non remis",
    "rejected",
    "bounce",
    "warning: could not",
    "message status",
    "notification d'",
    "no se puede entregar",
    "not deliverable",
    "undeliverable",
];

fn is_bounce(view: &View) -> bool {
    if !view.status.is_empty() || view.report_type == "delivery-status" {
        return true;
    }
    // Read receipts and complaints.
    if !view.report_type.is_empty() {
        return false;
    }
    if view.field("x-failed-recipients").is_some() {
        return true;
    }
    let subject = view.field("subject").unwrap_or_default().to_lowercase();
    let titled = SUBJECTS.iter().any(|phrase| subject.contains(phrase));
    let from = view.field("from").unwrap_or_default().to_ascii_lowercase();
    let daemon = ["mailer-daemon", "mailer_daemon", "mail delivery", "mail deliver system"]
        .iter()
        .any(|name| from.contains(name));
    let postmaster =
        ["postmaster", "post_master", "poostmaster", "sysadmin", "mdaemon", "no-reply@sns"]
            .iter()
            .any(|name| from.contains(name));
    let path = view.field("return-path").map(str::trim);
    let nobody = matches!(path, Some("<>" | "<MAILER-DAEMON>")) || from.trim().starts_with("<>");
    let told = status::code(&view.text).is_some() || status::says_failed(&view.text);
    // Vacation answers; Exim marks its bounces alike, but they come from its daemon.
    let automatic = view.field("auto-submitted").unwrap_or_default().to_ascii_lowercase();
    let answer = automatic.starts_with("auto-replied") || view.field("x-autoreply").is_some();
    if answer && !daemon {
        return false;
    }
    (daemon && (titled || told))
        || ((postmaster || nobody) && titled && told)
        || (postmaster && nobody && told)
}

fn action_named(text: &str) -> Action {
    let word = text.split(|c: char| !c.is_ascii_alphabetic()).find(|word| !word.is_empty());
    match word.unwrap_or_default().to_ascii_lowercase().as_str() {
        "failed" | "failure" | "fail" => Action::Failed,
        "delayed" | "deferred" => Action::Delayed,
        "delivered" | "deliverable" => Action::Delivered,
        "relayed" => Action::Relayed,
        "expanded" => Action::Expanded,
        _ => Action::Unknown,
    }
}

/// The action when the report does not name it.
fn action_of(status: Option<&str>, reported: bool, view: &View) -> Action {
    let subject = view.field("subject").unwrap_or_default();
    let class = status.and_then(|status| status.chars().next());
    match class {
        _ if status::says_delayed(subject) => Action::Delayed,
        Some('2') if reported => Action::Delivered,
        Some('5') => Action::Failed,
        _ if status::says_delayed(&view.text) => Action::Delayed,
        Some('4') => Action::Delayed,
        _ if status::says_failed(subject) || status::says_failed(&view.text) => Action::Failed,
        _ => Action::Unknown,
    }
}

/// The status of the report; where it only tells the class, a better one out of the diagnostic.
fn status_of(reported: Option<&str>, diagnostic: Option<&str>, view: &View) -> Option<String> {
    let reported = reported.and_then(status::enhanced);
    let said = diagnostic.and_then(status::code);
    match (reported, said) {
        (Some(reported), Some(said)) if reported.ends_with(".0.0") => {
            Some(if said.get(..1) == reported.get(..1) { said } else { reported })
        }
        (Some(reported), _) => Some(reported),
        (None, Some(said)) => Some(said),
        (None, None) => status::code(&view.text),
    }
}

/// The Message-ID in the header of the returned mail.
fn original_id(view: &View) -> Option<String> {
    let mut texts = [view.original.as_str(), view.text.as_str()].into_iter();
    texts.find_map(|text| {
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let Some((name, value)) = line.trim_start_matches(['>', ' ']).split_once(':') else {
                continue;
            };
            if name.trim().eq_ignore_ascii_case("message-id") {
                let folded = lines.next().unwrap_or_default();
                let both = format!("{value} {folded}");
                return message_ids(&both).first().map(|id| (*id).to_owned());
            }
        }
        None
    })
}

#[cfg(test)]
mod tests;
