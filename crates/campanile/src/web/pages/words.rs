//! Words and tones of what pages show; a tone is a class of the stylesheet.

use campanile_core::model::alert::AlertState;
use campanile_core::model::alert::follow_up::{Channel, Response};
use campanile_core::model::tlp::Tlp;

/// `38 min`, `5 h 10 min`, `3 days`: how long something took or waits.
pub(super) fn span(seconds: i64) -> String {
    let minutes = seconds.max(0) / 60;
    match (minutes, minutes / 60) {
        (0, _) => "less than 1 min".into(),
        (minutes, _) if minutes < 120 => format!("{minutes} min"),
        (minutes, hours) if hours < 48 => format!("{hours} h {} min", minutes % 60),
        (_, hours) => format!("{} days", hours / 24),
    }
}

/// What a state is called, and its tone.
pub(super) fn state(state: AlertState) -> (&'static str, &'static str) {
    match state {
        AlertState::Open => ("open", "info"),
        AlertState::Closed => ("closed", "plain"),
        AlertState::Withdrawn => ("withdrawn", "warn"),
        AlertState::Superseded => ("superseded", "plain"),
    }
}

/// What a team does, and its tone.
pub(super) fn response(response: Response) -> (&'static str, &'static str) {
    match response {
        Response::Received => ("received", "good"),
        Response::Working => ("working on it", "good"),
        Response::NotAffected => ("not affected", "good"),
    }
}

/// How an answer came, for the end of a sentence.
pub(super) fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Web => "on this site",
        Channel::Mail => "by mail",
        Channel::Api => "by a program",
        Channel::Cli => "entered by the operator",
        Channel::Phone => "by telephone, with PIN",
        Channel::Call => "on a call",
    }
}

/// What became of a copy, and its tone; the name is that of the column.
pub(super) fn copy(state: Option<&str>) -> (&'static str, &'static str) {
    match state {
        Some("waiting") => ("on its way", "info"),
        Some("delivered") => ("delivered", "good"),
        Some("held") => ("held: no usable key", "bad"),
        Some("failed") => ("not delivered", "bad"),
        Some("bounced") => ("bounced", "bad"),
        Some("dropped") => ("given up", "bad"),
        Some("restored") => ("uncertain after a restore", "warn"),
        Some(_) | None => ("no copy", "plain"),
    }
}

/// What came of a call; the name is that of the column.
pub(super) fn call(result: &str) -> &'static str {
    match result {
        "reached" => "reached",
        "message" => "message left",
        "no-answer" => "no answer",
        "wrong-number" => "wrong number",
        _ => "called",
    }
}

/// The class of a TLP label, in the colours of its standard.
pub(super) fn tlp_class(label: Tlp) -> &'static str {
    match label {
        Tlp::Clear => "tlp-clear",
        Tlp::Green => "tlp-green",
        Tlp::Amber | Tlp::AmberStrict => "tlp-amber",
        Tlp::Red => "tlp-red",
    }
}

/// The first line of a text, cut at a word for lists.
pub(super) fn title(text: &str) -> String {
    const CHARS_MAX: usize = 140;
    let line = text.trim().lines().next().unwrap_or_default().trim();
    if line.chars().count() <= CHARS_MAX {
        return line.to_owned();
    }
    let cut: String = line.chars().take(CHARS_MAX).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", cut.get(..end).unwrap_or(&cut))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_said_as_people_say_them() {
        let said = [(0, "less than 1 min"), (59, "less than 1 min"), (38 * 60, "38 min")];
        let more = [(119 * 60, "119 min"), (18_600, "5 h 10 min"), (200_000, "2 days")];
        for (seconds, text) in said.into_iter().chain(more) {
            assert_eq!(span(seconds), text);
        }
    }

    #[test]
    fn long_title_is_cut_at_a_word() {
        let long = "wörd ".repeat(60);
        let cut = title(&long);
        assert!(cut.ends_with("wörd…") && cut.chars().count() <= 141, "{cut}");
        assert_eq!(title("  one\ntwo"), "one");
    }
}
