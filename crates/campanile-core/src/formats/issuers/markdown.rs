//! Texts with headings, cut at them. Only as much of Markdown as tells one part from the next.

/// A part: its heading and what stands below.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Part<'t> {
    pub(super) heading: &'t str,
    pub(super) text: String,
}

/// Cuts at underlined headings; what stands before the first has an empty one.
pub(super) fn underlined(text: &str) -> Vec<Part<'_>> {
    let mut parts = vec![Part::default()];
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let below = lines.peek().copied().unwrap_or_default().trim_end();
        let is_rule = below.len() >= 3
            && (below.bytes().all(|octet| octet == b'=')
                || below.bytes().all(|octet| octet == b'-'));
        if is_rule && !line.trim().is_empty() {
            lines.next();
            parts.push(Part { heading: line.trim(), text: String::new() });
        } else if let Some(part) = parts.last_mut() {
            push(&mut part.text, line);
        }
    }
    parts
}

/// Cuts at headings with this mark: `# `, `## `.
pub(super) fn marked<'t>(text: &'t str, mark: &str) -> Vec<Part<'t>> {
    let mut parts = vec![Part::default()];
    let mut fenced = false;
    for line in text.lines() {
        fenced ^= line.starts_with("```");
        match line.strip_prefix(mark) {
            Some(heading) if !fenced => {
                parts.push(Part { heading: heading.trim(), text: String::new() });
            }
            _ => {
                if let Some(part) = parts.last_mut() {
                    push(&mut part.text, line);
                }
            }
        }
    }
    parts
}

fn push(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

/// A text as it is shown, with titles where links stand, and the links: title and address.
pub(super) fn links(text: &str) -> (String, Vec<(&str, &str)>) {
    let (mut shown, mut links) = (String::with_capacity(text.len()), Vec::new());
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("](") {
        // No address holds these; so every octet is looked at once or twice, whatever the text.
        let end = behind.find([')', ']', ' ', '\n']);
        let address = end.and_then(|end| behind.split_at_checked(end));
        match (before.rsplit_once('['), address) {
            (Some((in_front, title)), Some((url, behind))) if behind.starts_with(')') => {
                links.push((title, url));
                shown.push_str(in_front);
                shown.push_str(title);
                rest = behind.get(1..).unwrap_or_default();
            }
            _ => {
                shown.push_str(before);
                shown.push_str("](");
                rest = behind;
            }
        }
    }
    shown.push_str(rest);
    (shown, links)
}

/// The text of HTML: without its tags, items of lists and rows on lines of their own.
pub(super) fn without_tags(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let is_tag = behind.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        match behind.split_once('>') {
            Some((tag, behind)) if is_tag => {
                let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
                let breaks = ["li", "p", "br", "tr", "ul", "ol", "div", "h1", "h2", "h3", "table"];
                if breaks.iter().any(|one| name.eq_ignore_ascii_case(one)) {
                    out.push('\n');
                }
                rest = behind;
            }
            _ => {
                out.push('<');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    for (entity, character) in
        [("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")]
    {
        out = out.replace(entity, character);
    }
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_at_headings() {
        let part = |heading, text: &str| Part { heading, text: text.to_owned() };
        let text = "Title\n=====\n\na\n\nB\n---\nb\n";
        assert_eq!(underlined(text), [part("", ""), part("Title", "\na\n\n"), part("B", "b\n")]);
        let text = "x\n## A\n```\n## no\n```\n";
        assert_eq!(marked(text, "## "), [part("", "x\n"), part("A", "```\n## no\n```\n")]);
    }

    #[test]
    fn links_are_shown_as_their_titles() {
        let text = "a [CVE-1](https://a.example/?b=CVE-2) & [b](c d) ](e) [f](g";
        let shown = "a CVE-1 & [b](c d) ](e) [f](g";
        assert_eq!(links(text), (shown.to_owned(), vec![("CVE-1", "https://a.example/?b=CVE-2")]));
    }

    #[test]
    fn html_becomes_lines() {
        let html = "<p>a  <TT>b</TT> &lt; 2.</p><ul><li>c < 3</li><li>d";
        assert_eq!(without_tags(html), "a  b < 2.\nc < 3\nd");
        assert_eq!(without_tags("<script>x</script"), "x</script");
    }
}
