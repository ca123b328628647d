//! Reaction times: how long teams take to acknowledge, of one alert, of exercises, of everything.
//! As figures, as CSV and as a chart.

use std::collections::{BTreeMap, BTreeSet};

use campanile_core::authz::{self, Action, Viewer};
use campanile_core::model::alert::follow_up::Acknowledgement;
use campanile_core::model::time::Timestamp;
use plotters::prelude::*;
use serde::Serialize;

use super::App;
use super::alerts::alert_row;
use crate::error::{Error, Result};
use crate::store::alerts::{Filter, Name};
use crate::store::reactions::{self, Row, Span};

/// Size of the chart, in pixels.
const CHART: (u32, u32) = (720, 360);

/// What teams were asked, and when they answered.
#[derive(Debug, Clone, Default)]
pub struct Reactions {
    rows: Vec<Row>,
}

/// Figures over all rows, and for each team.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many alerts.
    pub alerts: usize,
    /// All teams together.
    pub all: Figures,
    /// Each team, by handle.
    pub teams: BTreeMap<String, Figures>,
}

/// Figures of some rows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How often teams were asked.
    pub asked: usize,
    /// How often they acknowledged.
    pub acknowledged: usize,
    /// How often they said nothing.
    pub silent: usize,
    /// Half of the acknowledgements came within so many seconds.
    pub median_seconds: Option<i64>,
    /// Nine of ten came within so many seconds.
    pub p90_seconds: Option<i64>,
}

impl App {
    /// Reactions to the alerts that the viewer may see; of a filter, list, team and state are
    /// left out.
    ///
    /// # Errors
    /// The viewer sees no boards, or the database cannot be read.
    pub async fn reactions(&self, viewer: &Viewer, filter: &Filter) -> Result<Reactions> {
        permit(viewer)?;
        let since = filter.since.map_or(0, Timestamp::micros);
        let span = Span { alert: None, exercise: filter.exercise, since };
        let rows = reactions::rows(&mut *self.db.read().await?, viewer, span).await?;
        Ok(Reactions { rows })
    }

    /// Reactions to one alert.
    ///
    /// # Errors
    /// There is no such alert for the viewer, or as [`App::reactions`].
    pub async fn reactions_to(&self, viewer: &Viewer, name: Name<'_>) -> Result<Reactions> {
        permit(viewer)?;
        let mut read = self.db.read().await?;
        let alert = alert_row(&mut read, viewer, name).await?;
        let span = Span { alert: Some(&alert.id), ..Span::default() };
        Ok(Reactions { rows: reactions::rows(&mut read, viewer, span).await? })
    }

    /// What the teams have said about an alert, newest statement of each, for documents.
    ///
    /// # Errors
    /// As [`App::board`].
    pub async fn acknowledgements(
        &self,
        viewer: &Viewer,
        name: Name<'_>,
    ) -> Result<Vec<Acknowledgement>> {
        let alert = self.find_alert(viewer, name).await?.alert_id;
        let board = self.board(viewer, name).await?;
        let said = board.rows.into_iter().filter_map(|row| Some((row.team, row.acknowledged?)));
        let said = said.map(|(team, said)| Acknowledgement {
            alert: alert.clone(),
            team,
            person: Some(said.by).filter(|by| !by.is_empty()),
            at: said.at,
            channel: said.channel,
            response: said.response,
            remark: said.remark,
        });
        Ok(said.collect())
    }
}

fn permit(viewer: &Viewer) -> Result<()> {
    match authz::may(viewer, Action::SeeBoard) {
        true => Ok(()),
        false => {
            Err(Error::denied("your role sees no statistics")
                .hint("ask a representative of your team"))
        }
    }
}

/// How long a team took, in seconds; a clock that was set back makes nobody faster than at once.
fn seconds(row: &Row) -> Option<i64> {
    row.first_at.map(|at| ((at - row.asked_at) / 1_000_000).max(0))
}

impl Reactions {
    /// The figures.
    pub fn summary(&self) -> Summary {
        let mut teams: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
        for row in &self.rows {
            teams.entry(row.team.clone()).or_default().push(row);
        }
        let alerts: BTreeSet<_> = self.rows.iter().map(|row| &row.alert).collect();
        Summary {
            alerts: alerts.len(),
            all: figures(self.rows.iter()),
            teams: teams.into_iter().map(|(team, rows)| (team, figures(rows))).collect(),
        }
    }

    /// One line for each team and alert.
    ///
    /// # Errors
    /// Memory is short.
    pub fn csv(&self) -> Result<String> {
        let failed = |source: csv::Error| Error::internal("no CSV can be written").source(source);
        let mut writer = csv::Writer::from_writer(Vec::new());
        let header =
            ["alert", "exercise", "team", "asked_at", "acknowledged_at", "seconds", "channel"];
        writer.write_record(header).map_err(failed)?;
        for row in &self.rows {
            let at = |micros| Timestamp::from_micros(micros).to_string();
            let record = [
                guarded(&row.alert),
                (row.exercise == 1).to_string(),
                guarded(&row.team),
                at(row.asked_at),
                row.first_at.map(at).unwrap_or_default(),
                seconds(row).map(|seconds| seconds.to_string()).unwrap_or_default(),
                row.channel.clone().unwrap_or_default(),
            ];
            writer.write_record(&record).map_err(failed)?;
        }
        let bytes = writer.into_inner();
        let bytes = bytes.map_err(|_| Error::internal("no CSV can be written"))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The share of teams that have acknowledged, over the minutes since they were asked.
    ///
    /// # Errors
    /// The chart cannot be drawn.
    pub fn svg(&self) -> Result<String> {
        let mut taken: Vec<_> = self.rows.iter().filter_map(seconds).collect();
        taken.sort_unstable();
        let mut svg = String::new();
        draw(&taken, self.rows.len(), &mut svg)
            .map_err(|fault| Error::internal(format!("no chart can be drawn: {fault}")))?;
        Ok(svg)
    }
}

/// A cell that a spreadsheet would take for a formula.
fn guarded(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

fn draw(
    taken: &[i64],
    asked: usize,
    svg: &mut String,
) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let minutes = |seconds: i64| seconds as f64 / 60.0;
    let longest = taken.last().map_or(1.0, |last| minutes(*last)).max(1.0) * 1.05;
    let share = |count: usize| 100.0 * count as f64 / asked.max(1) as f64;
    let mut points = vec![(0.0, 0.0)];
    for (count, seconds) in taken.iter().enumerate() {
        // A step: nothing happens between two acknowledgements.
        points.push((minutes(*seconds), share(count)));
        points.push((minutes(*seconds), share(count + 1)));
    }
    points.push((longest, share(taken.len())));
    let area = SVGBackend::with_string(svg, CHART).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(52)
        .build_cartesian_2d(0.0..longest, 0.0..100.0)?;
    chart
        .configure_mesh()
        .x_desc("minutes since the teams were asked")
        .y_desc("acknowledged, %")
        .light_line_style(WHITE)
        .draw()?;
    chart.draw_series(LineSeries::new(points, RGBColor(0, 90, 156).stroke_width(2)))?;
    area.present()?;
    Ok(())
}

fn figures<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Figures {
    let rows: Vec<_> = rows.into_iter().collect();
    let mut taken: Vec<_> = rows.iter().filter_map(|row| seconds(row)).collect();
    taken.sort_unstable();
    Figures {
        asked: rows.len(),
        acknowledged: taken.len(),
        silent: rows.len() - taken.len(),
        median_seconds: percentile(&taken, 50),
        p90_seconds: percentile(&taken, 90),
    }
}

/// The smallest value that so many percent do not exceed; `None` of nothing.
fn percentile(sorted: &[i64], percent: usize) -> Option<i64> {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted.get(rank.saturating_sub(1)).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(team: &str, taken: Option<i64>) -> Row {
        Row {
            alert: "DFN-CERT-1".into(),
            exercise: 0,
            team: team.into(),
            asked_at: 1_000_000,
            first_at: taken.map(|seconds| 1_000_000 + seconds * 1_000_000),
            channel: taken.map(|_| "web".into()),
        }
    }

    #[test]
    fn silent_teams_are_counted_and_slow_nobody_down() {
        let taken = [60, 120, 180, 240, 6000].map(Some).into_iter().chain([None]);
        let reactions = Reactions { rows: taken.map(|taken| row("A", taken)).collect() };
        let expected = Figures {
            asked: 6,
            acknowledged: 5,
            silent: 1,
            median_seconds: Some(180),
            p90_seconds: Some(6000),
        };
        assert_eq!(reactions.summary().all, expected);
        assert_eq!(reactions.summary().teams["A"], expected);
    }

    #[test]
    fn nothing_has_no_median() {
        let summary = Reactions::default().summary();
        assert_eq!((summary.alerts, summary.all), (0, Figures::default()));
        assert!(Reactions::default().svg().unwrap().contains("<svg"));
    }

    #[test]
    fn cell_is_no_formula() {
        let reactions = Reactions { rows: vec![row("=1+1", None)] };
        assert!(reactions.csv().unwrap().contains("'=1+1,"));
    }
}
