//! Many rows in one statement, of few different sizes: each of them stays prepared.

/// Most rows of one INSERT, and values of one list: SQLite looks parameters up by name, one by one.
pub(super) const ROWS_PER_INSERT: usize = 8;
pub(super) const VALUES_PER_LIST: usize = 32;

/// Rows in parts of eight, four, two, one: each of the few statements stays prepared.
pub(super) fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let most = rows.len().min(ROWS_PER_INSERT);
        let count = 1 << most.checked_ilog2()?;
        let (part, rest) = rows.split_at_checked(count)?;
        rows = rest;
        Some(part)
    })
}

/// Values of a list, the last one repeated up to a power of two: likewise.
pub(super) fn padded<T>(values: &[T]) -> impl Iterator<Item = &T> {
    let last = values.last().into_iter().cycle();
    values.iter().chain(last).take(values.len().next_power_of_two())
}

/// `$3, $4, …`; NULL, which nothing is in, for none.
pub(super) fn places(first: usize, count: usize) -> String {
    match count {
        0 => "NULL".into(),
        _ => (first..first + count).map(|n| format!("${n}")).collect::<Vec<_>>().join(", "),
    }
}
