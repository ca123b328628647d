//! The sheet as CSV [RFC 4180]: a line for each row, three cells for each column.

use super::sheet::{Cell, Field, Row, Sheet};

/// The sheet as CSV, with a head. For every column: what is said, how it was obtained, and whether
/// it differs.
///
/// # Security
/// A cell that a spreadsheet would take for a formula gets an apostrophe in front.
pub fn write(sheet: &Sheet) -> String {
    let mut head: Vec<String> = ["rater", "voice", "document", "version", "published", "delay (s)"]
        .map(String::from)
        .to_vec();
    for column in &sheet.columns {
        let title = &column.title;
        head.extend([title.clone(), format!("{title}: how"), format!("{title}: differs")]);
    }
    let fields: Vec<Field> = sheet.columns.iter().map(|column| column.field).collect();
    let lines = sheet.rows.iter().map(|row| line(row, &fields));
    std::iter::once(head).chain(lines).map(|cells| joined(&cells)).collect()
}

fn line(row: &Row, fields: &[Field]) -> Vec<String> {
    let voice = serde_json::to_value(row.voice).ok();
    let voice = voice.and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default();
    let mut cells = vec![
        row.rater.clone(),
        voice,
        row.number.clone(),
        row.version.clone(),
        row.published_at.map(|at| at.to_string()).unwrap_or_default(),
        row.delay_seconds.map(|delay| delay.to_string()).unwrap_or_default(),
    ];
    for field in fields {
        cells.extend(match row.cells.get(field) {
            None | Some(Cell::NoStatement) => {
                [String::from("no statement"), String::new(), String::new()]
            }
            Some(Cell::Restricted { until }) => {
                let until = until.map(|at| format!(" until {at}")).unwrap_or_default();
                [format!("restricted{until}"), String::new(), String::new()]
            }
            Some(Cell::Said { text, how, differs }) => {
                [text.clone(), how.words(), if *differs { "differs".into() } else { String::new() }]
            }
        });
    }
    cells
}

fn joined(cells: &[String]) -> String {
    let quoted = cells.iter().map(|cell| {
        let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", cell.replace('"', "\"\""))
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}
