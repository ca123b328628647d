//! The numbers of STYLE.md, counted: a compass, not a fence.

use crate::scan::item_end;
use crate::source::{self, Source};

/// One function of the product code.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Function {
    lines: usize,
    place: String,
}

/// Counts over the product crates.
#[derive(Default)]
struct Count {
    files: Vec<(usize, String)>,
    functions: Vec<Function>,
    lines: usize,
    lines_test: usize,
    lines_product: usize,
    lines_doc: usize,
}

/// Counts and prints.
///
/// # Errors
/// When a file cannot be read.
pub fn run() -> Result<(), String> {
    let sources = source::read_all(&source::root()).map_err(|error| format!("reading: {error}"))?;
    let mut count = Count::default();
    for source in sources.iter().filter(|s| s.is_rust() && s.path.starts_with("crates/")) {
        count.add(source);
    }
    count.print();
    Ok(())
}

impl Count {
    fn add(&mut self, source: &Source) {
        self.functions.extend(functions(source));
        let filled = |line: &&str| !line.trim().is_empty();
        let product: Vec<&str> = source.product(&source.text).map(|(_, line)| line).collect();
        if !product.is_empty() {
            self.files.push((product.len(), source.path.clone()));
        }
        let all = source.text.lines().filter(filled).count();
        let kept = product.iter().copied().filter(filled).count();
        let is_doc = |line: &str| ["///", "//!"].iter().any(|mark| line.trim().starts_with(mark));
        self.lines += all;
        self.lines_product += kept;
        self.lines_test += all - kept;
        self.lines_doc += product.iter().filter(|line| is_doc(line)).count();
    }

    fn print(mut self) {
        self.files.sort();
        self.functions.sort();
        let file_lengths: Vec<usize> = self.files.iter().map(|(lines, _)| *lines).collect();
        let lengths: Vec<usize> = self.functions.iter().map(|function| function.lines).collect();
        let long = lengths.iter().filter(|lines| **lines > 40).count();
        println!("lines that are not blank  {}", self.lines);
        println!("test share                {} %", percent(self.lines_test, self.lines));
        println!("doc share                 {} %", percent(self.lines_doc, self.lines_product));
        println!("files                     {}", self.files.len());
        println!("file median / p90         {}", middle(&file_lengths));
        if let Some((lines, path)) = self.files.last() {
            println!("longest file              {lines}  {path}");
        }
        println!("functions                 {}", self.functions.len());
        println!("function median / p90     {}", middle(&lengths));
        println!("functions over 40 lines   {long}");
        for function in self.functions.iter().rev().take(3) {
            println!("longest functions         {}  {}", function.lines, function.place);
        }
    }
}

/// Functions with a body outside of tests; a length is counted from `fn` to the closing brace.
fn functions(source: &Source) -> Vec<Function> {
    let lines: Vec<&str> = source.scan.code.lines().collect();
    let mut functions = Vec::new();
    for (number, line) in source.product(&source.scan.code) {
        let Some((before, name)) = line.split_once("fn ") else {
            continue;
        };
        let named = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
        let starts = before.split_whitespace().all(is_qualifier);
        if !named || !starts {
            continue;
        }
        let end = item_end(&lines, number - 1, before.chars().count());
        if end.body {
            let name: String =
                name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let place = format!("{name} ({}:{number})", source.path);
            functions.push(Function { lines: end.line + 2 - number, place });
        }
    }
    functions
}

fn is_qualifier(word: &str) -> bool {
    let known = ["pub", "const", "async", "unsafe", "extern", "default", "{", "\"", "\"\""];
    known.contains(&word) || word.starts_with("pub(")
}

fn percent(part: usize, whole: usize) -> usize {
    (part * 100).checked_div(whole).unwrap_or(0)
}

/// Median and 90th percentile of sorted numbers.
fn middle(sorted: &[usize]) -> String {
    let at = |share: usize| sorted.get(sorted.len() * share / 100).copied().unwrap_or(0);
    format!("{} / {}", at(50), at(90))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_counted_from_their_name_to_their_brace() {
        let text =
            "trait A {\n    fn a(&self);\n    pub(crate) fn b(\n        x: [u8; 2],\n    ) {\n"
                .to_string()
                + "        if x {}\n    }\n}\nfn c() {}\n";
        let found = functions(&Source::new("crates/a/src/a.rs", &text));
        let found: Vec<_> = found.iter().map(|f| (f.lines, f.place.as_str())).collect();
        assert_eq!(found, [(5, "b (crates/a/src/a.rs:3)"), (1, "c (crates/a/src/a.rs:9)")]);
    }

    #[test]
    fn functions_of_tests_are_left_out() {
        let text = "#[cfg(test)]\nmod tests {\n    fn a() {}\n}\n";
        assert_eq!(functions(&Source::new("crates/a/src/a.rs", text)), []);
    }
}
