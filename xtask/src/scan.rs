//! Rust text split into code, string literals and comments.
//!
//! No parser: enough to say that a word stands in code and not in a string or a comment. The
//! three layers have the same lines and columns as the text; what belongs to another layer is
//! blank.

/// One text in three layers.
#[derive(Debug, Default)]
pub struct Scan {
    /// Everything outside of literals and comments; quotes are kept.
    pub code: String,
    /// The contents of string and character literals.
    pub strings: String,
    /// Comments with their slashes.
    pub comments: String,
}

#[derive(Clone, Copy, PartialEq)]
enum Layer {
    Code,
    Strings,
    Comments,
}

struct Scanner {
    chars: Vec<char>,
    at: usize,
    out: Scan,
}

/// Splits a text; unfinished literals and comments run to its end.
pub fn scan(text: &str) -> Scan {
    let mut scanner = Scanner { chars: text.chars().collect(), at: 0, out: Scan::default() };
    while scanner.at < scanner.chars.len() {
        scanner.step();
    }
    scanner.out
}

impl Scanner {
    /// The character that many places ahead; NUL behind the end.
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn previous(&self) -> char {
        let before = self.at.checked_sub(1).and_then(|at| self.chars.get(at));
        before.copied().unwrap_or('\0')
    }

    fn take(&mut self, layer: Layer) {
        let c = self.peek(0);
        self.at += 1;
        let pick = |own: Layer| if c == '\n' || own == layer { c } else { ' ' };
        self.out.code.push(pick(Layer::Code));
        self.out.strings.push(pick(Layer::Strings));
        self.out.comments.push(pick(Layer::Comments));
    }

    fn take_many(&mut self, count: usize, layer: Layer) {
        for _ in 0..count {
            self.take(layer);
        }
    }

    fn ended(&self) -> bool {
        self.at >= self.chars.len()
    }

    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while !self.ended() && self.peek(0) != '\n' {
                    self.take(Layer::Comments);
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('r', '"' | '#') if self.raw_hashes().is_some() => self.raw_string(),
            ('\'', _) => self.quote(),
            _ => self.take(Layer::Code),
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0usize;
        while !self.ended() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    self.take(Layer::Comments);
                    continue;
                }
            }
            self.take_many(2, Layer::Comments);
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.take(Layer::Code);
        while !self.ended() && self.peek(0) != '"' {
            let escaped = self.peek(0) == '\\';
            self.take_many(if escaped { 2 } else { 1 }, Layer::Strings);
        }
        self.take(Layer::Code);
    }

    /// The number of `#` of a raw string that starts here.
    fn raw_hashes(&self) -> Option<usize> {
        let before = self.previous();
        let inside_word = (before.is_alphanumeric() || before == '_') && !"bc".contains(before);
        let hashes = (1..).take_while(|ahead| self.peek(*ahead) == '#').count();
        (!inside_word && self.peek(1 + hashes) == '"').then_some(hashes)
    }

    fn raw_string(&mut self) {
        let hashes = self.raw_hashes().unwrap_or(0);
        self.take_many(2 + hashes, Layer::Code);
        let ends = |s: &Self| s.peek(0) == '"' && (1..=hashes).all(|n| s.peek(n) == '#');
        while !self.ended() && !ends(self) {
            self.take(Layer::Strings);
        }
        self.take_many(1 + hashes, Layer::Code);
    }

    /// A character literal or a lifetime.
    fn quote(&mut self) {
        let escaped = self.peek(1) == '\\';
        if !escaped && self.peek(2) != '\'' {
            return self.take(Layer::Code);
        }
        self.take(Layer::Code);
        self.take_many(if escaped { 2 } else { 1 }, Layer::Strings);
        while !self.ended() && self.peek(0) != '\'' && self.peek(0) != '\n' {
            self.take(Layer::Strings);
        }
        self.take(Layer::Code);
    }
}

/// The line on which an item ends that starts behind `from` characters of line `start`: at the
/// first `;` outside of brackets, or where its braces close.
///
/// Lines count from 0; `lines` are those of [`Scan::code`].
pub fn item_end(lines: &[&str], start: usize, from: usize) -> ItemEnd {
    let mut depth = 0i32;
    for (number, line) in lines.iter().enumerate().skip(start) {
        let skip = if number == start { from } else { 0 };
        for c in line.chars().skip(skip) {
            match c {
                '{' | '(' | '[' => depth += 1,
                ')' | ']' => depth -= 1,
                '}' => {
                    depth -= 1;
                    if depth <= 0 {
                        return ItemEnd { line: number, body: true };
                    }
                }
                ';' if depth == 0 => {
                    return ItemEnd { line: number, body: false };
                }
                _ => {}
            }
        }
    }
    ItemEnd { line: lines.len().saturating_sub(1), body: false }
}

/// Where an item ends.
#[derive(Debug, PartialEq, Eq)]
pub struct ItemEnd {
    /// Its last line, counted from 0.
    pub line: usize,
    /// Whether it has a body in braces.
    pub body: bool,
}

/// For every line, whether it belongs to an item under `#[cfg(test)]`.
pub fn test_lines(code: &str) -> Vec<bool> {
    let lines: Vec<&str> = code.lines().collect();
    let mut marks = vec![false; lines.len()];
    for (number, line) in lines.iter().enumerate() {
        let mark = ["#[cfg(test)]", "#[cfg(all(test,"];
        let Some(at) = mark.iter().find_map(|mark| line.find(mark).map(|at| at + mark.len()))
        else {
            continue;
        };
        let columns = line.chars().count().min(at);
        let end = item_end(&lines, number, columns).line;
        for mark in marks.iter_mut().take(end + 1).skip(number) {
            *mark = true;
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments_are_no_code() {
        let scan = scan("let a = \"fs // \\\" x\"; // std::fs\nlet b = 'c'; /* a /* b */ c */ d\n");
        assert!(!scan.code.contains("fs"));
        assert!(!scan.code.contains("//"));
        assert!(scan.code.contains("let b = ' '"));
        assert!(scan.code.trim_end().ends_with('d'));
        assert!(scan.strings.contains("fs // \\\" x"));
        assert!(scan.comments.contains("// std::fs"));
        assert!(scan.comments.contains("/* a /* b */ c */"));
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        let scan = scan("f(r#\"a \" b\"#, br\"c\\\", r#type); g()");
        assert_eq!(scan.strings.split_whitespace().collect::<Vec<_>>(), ["a", "\"", "b", "c\\"]);
        assert!(scan.code.contains("r#type); g()"));
    }

    #[test]
    fn lifetimes_are_code() {
        let scan = scan("fn f<'a>(x: &'a str) -> char { '\\'' } // e");
        assert!(scan.code.contains("<'a>(x: &'a str)"));
        assert!(scan.comments.ends_with("// e"));
    }

    #[test]
    fn test_items_are_marked_to_their_closing_brace() {
        let code = "fn a() {}\n#[cfg(test)]\nmod tests {\n  fn b() {}\n}\nfn c() {}\n";
        assert_eq!(test_lines(code), [false, true, true, true, true, false]);
    }

    #[test]
    fn a_declared_test_module_is_one_item() {
        assert_eq!(test_lines("#[cfg(test)]\nmod tests;\nfn c() {}\n"), [true, true, false]);
    }
}
