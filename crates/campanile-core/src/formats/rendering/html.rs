//! The page: one file without script, style sheet or picture from elsewhere.

use std::fmt::Write;

use super::lines;
use super::markdown::{REL, markdown};
use crate::model::advisory::{Advisory, Markup, Rating, Reference, Section, Solution};

const STYLE: &str = "body{font:1rem/1.5 system-ui,sans-serif;max-width:50rem;margin:2rem auto;\
    padding:0 1rem}dt{font-weight:600}dd{margin:0 0 .5rem}h2{border-top:1px solid;\
    padding-top:.5rem}p,li,dd{overflow-wrap:anywhere}pre{overflow-x:auto}";

/// An advisory as a page in UTF-8.
pub fn html(advisory: &Advisory) -> String {
    let language = advisory.language.as_str();
    let fits = language.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    let language = if fits && !language.is_empty() { language } else { "en" };
    let title = escaped(&advisory.title);
    let mut out = format!(
        "<!DOCTYPE html>\n<html lang=\"{language}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
    );
    out.push_str(&article(advisory));
    out.push_str("</body>\n</html>\n");
    out
}

/// What an advisory says below its title, as part of a page; everything in it is escaped.
pub fn article(advisory: &Advisory) -> String {
    let mut out = String::from("<dl class=\"facts\">\n");
    for (label, value) in lines::facts(advisory) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "<dt>{label}</dt><dd>{}</dd>", escaped(&value));
    }
    out.push_str("</dl>\n");
    ratings(&mut out, &advisory.ratings, "h2");
    sections(&mut out, (&advisory.sections, advisory.markup), ("h2", 2));
    for vulnerability in &advisory.vulnerabilities {
        let _ = writeln!(out, "<h2>{}</h2>", escaped(&lines::name(vulnerability)));
        ratings(&mut out, &vulnerability.ratings, "h3");
        list(
            &mut out,
            ("Weaknesses", "h3"),
            vulnerability.weaknesses.iter().map(|one| escaped(one)),
        );
        for (state, products) in lines::states(vulnerability, advisory) {
            list(&mut out, (&state, "h3"), products.iter().map(|one| escaped(one)));
        }
        sections(&mut out, (&vulnerability.sections, advisory.markup), ("h3", 3));
        solutions(&mut out, &vulnerability.solutions, "h3");
        references(&mut out, &vulnerability.references, "h3");
    }
    solutions(&mut out, &advisory.solutions, "h2");
    references(&mut out, &advisory.references, "h2");
    list(&mut out, ("Thanks to", "h2"), advisory.credits.iter().map(|one| escaped(one)));
    let revisions = advisory.revisions.iter().map(|one| {
        let at = one.at.as_ref().map(|at| at.at.to_string()).unwrap_or_default();
        escaped(&format!("{} {at} {}", one.version, one.summary))
    });
    list(&mut out, ("Revisions", "h2"), revisions);
    out
}

/// A text with what is markup in HTML as references, and what acts made visible.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in lines::seen(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A heading of a level, and a list of what is escaped already.
fn list(out: &mut String, (heading, level): (&str, &str), items: impl Iterator<Item = String>) {
    let items: Vec<_> = items.filter(|item| !item.trim().is_empty()).collect();
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "<{level}>{}</{level}>\n<ul>", escaped(heading));
    for item in items {
        let _ = writeln!(out, "<li>{item}</li>");
    }
    out.push_str("</ul>\n");
}

fn ratings(out: &mut String, ratings: &[Rating], level: &str) {
    let mut told: Vec<_> = ratings.iter().map(|one| escaped(&lines::rating(one))).collect();
    told.dedup();
    list(out, ("Ratings", level), told.into_iter());
}

/// Texts with their headings.
fn sections(
    out: &mut String,
    (sections, markup): (&[Section], Markup),
    (level, number): (&str, u8),
) {
    for section in sections {
        let _ = writeln!(out, "<{level}>{}</{level}>", escaped(lines::heading(section)));
        out.push_str(&prose(&section.text, markup, number));
    }
}

/// A text as part of a page, below a heading of the level `above`. Markup other than the text's own
/// stays text, and so does all of it where it is too large or too deep.
pub fn prose(text: &str, markup: Markup, above: u8) -> String {
    let page = match markup {
        Markup::Markdown => markdown(text, above),
        Markup::None => None,
    };
    page.unwrap_or_else(|| {
        let mut out = String::new();
        paragraphs(&mut out, text);
        out
    })
}

fn paragraphs(out: &mut String, text: &str) {
    let text = escaped(text);
    for paragraph in text.split("\n\n").map(str::trim).filter(|one| !one.is_empty()) {
        let _ = writeln!(out, "<p>{}</p>", paragraph.replace('\n', "<br>\n"));
    }
}

fn solutions(out: &mut String, solutions: &[Solution], level: &str) {
    for solution in solutions {
        let _ = writeln!(out, "<{level}>{}</{level}>", escaped(&lines::remedy(solution)));
        paragraphs(out, &solution.text);
        if !solution.url.is_empty() {
            let _ = writeln!(out, "<p>{}</p>", link(&solution.url, &solution.url));
        }
    }
}

fn references(out: &mut String, references: &[Reference], level: &str) {
    list(
        out,
        ("References", level),
        references.iter().map(|one| link(&one.url, &lines::reference(one))),
    );
}

/// A link for `http` and `https`; the bare text for anything else.
fn link(url: &str, text: &str) -> String {
    match lines::is_link(url) {
        true => {
            let (url, text) = (escaped(url), escaped(text));
            format!("<a href=\"{url}\" rel=\"{REL}\">{text}</a>")
        }
        false => escaped(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::advisory::SectionKind;

    #[test]
    fn nothing_of_an_advisory_becomes_markup_and_no_other_scheme_a_link() {
        let evil = "</p><script>alert(1)</script>'\" onload=x [a](javascript:b)";
        let reference = |url: &str| Reference { url: url.into(), ..Reference::default() };
        let (kind, title) = (SectionKind::Summary, evil.to_owned());
        let advisory = Advisory {
            title: evil.into(),
            number: evil.into(),
            language: "en\" onload=\"x".into(),
            sections: vec![Section { kind, title, text: evil.into() }],
            credits: vec![evil.into()],
            references: vec![
                reference("javascript:alert(1)"),
                reference("data:text/html,x"),
                reference("https://a.example/?\"><script>"),
            ],
            ..Advisory::default()
        };
        let page = html(&advisory);
        assert_eq!(page.matches("<script").count(), 0, "{page}");
        assert_eq!(page.matches("<a href").count(), 1);
        assert!(page.contains("<html lang=\"en\">"));
        assert!(!page.contains("href=\"javascript"));
    }
}
