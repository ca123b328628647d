//! The board of an alert as a page shows it: the silent teams first.

use campanile_core::model::alert::AlertState;
use campanile_core::model::alert::follow_up::Channel;
use campanile_core::model::time::Timestamp;

use super::words;
use crate::app::boards::{self, Board};
use crate::web::layout::At;

/// One team.
pub(super) struct Row {
    pub(super) team: String,
    pub(super) tone: &'static str,
    pub(super) answer: &'static str,
    pub(super) at: Option<At>,
    pub(super) delay: String,
    pub(super) remark: String,
    pub(super) by: String,
    pub(super) copy: &'static str,
    pub(super) copy_tone: &'static str,
    pub(super) copy_at: Option<At>,
    pub(super) effort: String,
}

/// A part of the bar above the board, in hundredths.
pub(super) struct Part {
    pub(super) class: &'static str,
    pub(super) x: f64,
    pub(super) width: f64,
}

/// All of it.
pub(super) struct View {
    pub(super) headline: String,
    pub(super) parts: Vec<Part>,
    pub(super) rows: Vec<Row>,
}

/// Where a team stands; the order is that of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Standing {
    Silent,
    Reached,
    Acknowledged,
    Author,
}

impl View {
    /// The page of a board at `now`.
    pub(super) fn of(board: &Board, now: Timestamp) -> Self {
        let mut rows: Vec<&boards::BoardRow> = board.rows.iter().collect();
        // Stable: by handle within.
        rows.sort_by_key(|row| standing(row));
        let counts = [Standing::Acknowledged, Standing::Reached, Standing::Silent];
        let counts = counts.map(|one| rows.iter().filter(|row| standing(row) == one).count());
        let silent = rows.iter().filter(|row| standing(row) == Standing::Silent);
        let longest = silent.map(|row| now.seconds() - row.asked_at.seconds()).max();
        // What is over is not counted on.
        let open = board.state == AlertState::Open;
        Self {
            headline: headline(counts, longest.filter(|_| open)),
            parts: parts(counts),
            rows: rows.into_iter().map(|found| row(found, now, open)).collect(),
        }
    }
}

/// `17 of 23 acknowledged, 2 by phone, 4 silent (longest 38 min)`
fn headline([acknowledged, reached, silent]: [usize; 3], longest: Option<i64>) -> String {
    let asked = acknowledged + reached + silent;
    let mut text = format!("{acknowledged} of {asked} acknowledged");
    if reached > 0 {
        text += &format!(", {reached} by phone");
    }
    match (silent, longest) {
        (0, _) => text + ", nobody silent",
        (_, Some(longest)) => {
            text + &format!(", {silent} silent (longest {})", words::span(longest))
        }
        (_, None) => text + &format!(", {silent} silent"),
    }
}

fn parts([acknowledged, reached, silent]: [usize; 3]) -> Vec<Part> {
    let all = (acknowledged + reached + silent).max(1) as f64;
    let mut x = 0.0;
    let classes = [(acknowledged, "fill-good"), (reached, "fill-info"), (silent, "fill-bad")];
    let part = |(count, class): (usize, &'static str)| {
        let width = count as f64 * 100.0 / all;
        let part = Part { class, x, width };
        x += width;
        part
    };
    classes.into_iter().map(part).collect()
}

fn standing(row: &boards::BoardRow) -> Standing {
    let reached = row.call.as_ref().is_some_and(|call| call.result == "reached");
    match &row.acknowledged {
        _ if row.author => Standing::Author,
        Some(said) if matches!(said.channel, Channel::Phone | Channel::Call) => Standing::Reached,
        Some(_) => Standing::Acknowledged,
        None if reached => Standing::Reached,
        None => Standing::Silent,
    }
}

fn row(row: &boards::BoardRow, now: Timestamp, open: bool) -> Row {
    let since = |at: Timestamp| words::span(at.seconds() - row.asked_at.seconds());
    let (answer, tone) = match (standing(row), &row.acknowledged) {
        (Standing::Author, _) => ("wrote it", "plain"),
        (_, Some(said)) => words::response(said.response),
        (Standing::Reached, None) => ("reached by phone", "info"),
        (_, None) => ("silent", "bad"),
    };
    let (copy, copy_tone) = words::copy(row.copy.as_ref().map(|copy| copy.state.as_str()));
    let said = row.acknowledged.as_ref();
    Row {
        team: row.team.to_string(),
        tone,
        answer,
        at: said.map(|said| At(said.first_at)),
        delay: match said {
            _ if row.author => String::new(),
            Some(said) => format!("after {}", since(said.first_at)),
            None if open => format!("for {}", since(now)),
            None => String::new(),
        },
        remark: said.map(|said| said.remark.clone()).unwrap_or_default(),
        by: said.map(by).unwrap_or_default(),
        copy,
        copy_tone,
        copy_at: row.copy.as_ref().map(|copy| At(copy.at)),
        effort: effort(row),
    }
}

fn by(said: &boards::Acknowledged) -> String {
    let channel = words::channel(said.channel);
    match said.by.as_str() {
        "" => channel.to_owned(),
        person => format!("{person}, {channel}"),
    }
}

/// What was done about silence.
fn effort(row: &boards::BoardRow) -> String {
    let times = |count: i64| match count {
        1 => "once".to_owned(),
        count => format!("{count} times"),
    };
    let mut done = Vec::new();
    if row.reminders > 0 {
        done.push(format!("reminded {}", times(row.reminders)));
    }
    if let Some(call) = &row.call {
        let by = call.team.as_deref().unwrap_or("the operator");
        let result = words::call(&call.result);
        done.push(format!("called {}, last by {by}: {result}", times(row.calls)));
    }
    done.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headline_says_who_is_silent_and_how_long() {
        let text = headline([17, 2, 4], Some(38 * 60));
        assert_eq!(text, "17 of 23 acknowledged, 2 by phone, 4 silent (longest 38 min)");
        assert_eq!(headline([3, 0, 0], None), "3 of 3 acknowledged, nobody silent");
        assert_eq!(headline([0, 0, 1], None), "0 of 1 acknowledged, 1 silent");
    }

    #[test]
    fn bar_is_filled_exactly() {
        let ends =
            |counts| parts(counts).iter().map(|part| part.x + part.width).collect::<Vec<_>>();
        assert_eq!(ends([1, 1, 2]), [25.0, 50.0, 100.0]);
        assert_eq!(ends([0, 0, 0]), [0.0, 0.0, 0.0]);
    }
}
