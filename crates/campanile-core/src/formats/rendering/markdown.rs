//! Markdown as part of a page: CommonMark with tables and strikethrough.
//!
//! The parser is a library's; what is written is ours, element by element. HTML in the text stays
//! text, pictures become links, links lead to `http`, `https` and one mail address only, and say
//! where to. There is nothing to sanitise afterwards, since no other element is ever written.

use std::fmt::Write;

use pulldown_cmark::{Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd};

use super::html::escaped;
use super::lines;
use super::target::Target;

/// Largest text that is parsed, in octets: the details of GitHub's advisories end at 64 KiB.
const TEXT_BYTES_MAX: usize = 128 * 1024;
/// Deepest nesting of lists, quotes and emphasis; browsers stop at 512 elements.
const DEPTH_MAX: usize = 32;
/// How much longer than its text a page may get, in octets: short rows of wide tables and links by
/// reference unfold to megabytes.
const GROWTH_MAX: usize = 16;
/// What a short text may come to whatever it is made of, in octets.
const PAGE_BYTES_MIN: usize = 4 * 1024;

/// A text as part of a page, its headings below one of the level `above`; `None` where it is larger
/// or deeper than pages have, and is better shown as it is.
pub(super) fn markdown(text: &str, above: u8) -> Option<String> {
    if text.len() > TEXT_BYTES_MAX {
        return None;
    }
    let text = lines::seen(text);
    let bytes_max = text.len().saturating_mul(GROWTH_MAX).max(PAGE_BYTES_MIN);
    let mut page = Page { out: String::with_capacity(text.len()), above, ..Page::default() };
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    for event in Parser::new_ext(&text, options) {
        page.take(event);
        if page.depth > DEPTH_MAX || page.out.len() > bytes_max {
            return None;
        }
    }
    Some(page.out)
}

/// What is written, and where in the text it is.
#[derive(Default)]
struct Page {
    out: String,
    above: u8,
    depth: usize,
    in_head: bool,
    /// Level of the first heading: texts begin with `#` or, as those of GitHub, with `###`.
    first: Option<HeadingLevel>,
    /// Links and pictures that are open, the innermost last. Only the outermost becomes a link.
    links: Vec<Link>,
}

#[derive(Default)]
struct Link {
    target: Option<Target>,
    /// Its text, as people read it.
    text: String,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => {
                self.depth = self.depth.saturating_add(1);
                self.start(&tag);
            }
            Event::End(tag) => {
                self.depth = self.depth.saturating_sub(1);
                self.end(tag);
            }
            Event::Code(text) => {
                self.out.push_str("<code>");
                self.text(&text);
                self.out.push_str("</code>");
            }
            Event::SoftBreak => self.text("\n"),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::Text(text)
            | Event::Html(text)
            | Event::InlineHtml(text)
            | Event::InlineMath(text)
            | Event::DisplayMath(text)
            | Event::FootnoteReference(text) => self.text(&text),
            // Not asked for; a box to tick would be an element of forms.
            Event::TaskListMarker(_) => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(link) = self.links.first_mut() {
            link.text.push_str(text);
        }
        self.out.push_str(&escaped(text));
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                self.first.get_or_insert(*level);
                self.element("<", self.heading(*level), ">");
            }
            Tag::List(Some(first)) if *first != 1 => {
                // Writing to a string cannot fail.
                let _ = write!(self.out, "<ol start=\"{first}\">");
            }
            // What stands behind the fence is the name of a language, or whatever one likes.
            Tag::CodeBlock(_) => self.out.push_str("<pre><code>"),
            Tag::Link { link_type: LinkType::Email, dest_url, .. } => {
                self.open_link(&format!("mailto:{dest_url}"), "");
            }
            Tag::Link { dest_url, .. } => self.open_link(dest_url, ""),
            Tag::Image { dest_url, .. } => self.open_link(dest_url, "Picture: "),
            Tag::TableHead => {
                self.in_head = true;
                self.out.push_str("<thead><tr>");
            }
            other => self.element("<", name(&other.to_end(), self.in_head), ">"),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.element("</", self.heading(level), ">\n"),
            TagEnd::CodeBlock => self.out.push_str("</code></pre>\n"),
            TagEnd::Link | TagEnd::Image => self.close_link(),
            TagEnd::TableHead => {
                self.in_head = false;
                self.out.push_str("</tr></thead>\n<tbody>");
            }
            TagEnd::Table => self.out.push_str("</tbody></table>\n"),
            other => {
                let line = if is_block(&other) { ">\n" } else { ">" };
                self.element("</", name(&other, self.in_head), line);
            }
        }
    }

    fn element(&mut self, open: &str, name: &str, close: &str) {
        if !name.is_empty() {
            self.out.extend([open, name, close]);
        }
    }

    /// Headings of a text stand below that of its section, the first right below.
    fn heading(&self, level: HeadingLevel) -> &'static str {
        let deeper = (level as usize).saturating_sub(self.first.map_or(1, |first| first as usize));
        let level = usize::from(self.above).saturating_add(deeper);
        ["h2", "h3", "h4", "h5"].get(level.saturating_sub(1)).unwrap_or(&"h6")
    }

    fn open_link(&mut self, url: &str, before: &str) {
        let target = if self.links.is_empty() { Target::of(url) } else { None };
        if let Some(target) = &target {
            let href = escaped(target.href());
            let _ = write!(self.out, "<a href=\"{href}\" rel=\"{REL}\">{before}");
        }
        self.links.push(Link { target, text: String::new() });
    }

    /// # Security
    /// A text that is no address at all may look like one (homographs, `bank.example` in bold), so
    /// a link says where it leads unless its text does so already, letter by letter.
    fn close_link(&mut self) {
        let Some(Link { target: Some(target), text }) = self.links.pop() else { return };
        self.out.push_str("</a>");
        if !target.is_told_by(&text) {
            let _ = write!(self.out, " ({})", escaped(target.place()));
        }
    }
}

/// What our links tell the page behind them, and search engines: nothing.
pub(super) const REL: &str = "noopener noreferrer nofollow";

/// The element of a tag; empty for what has none.
fn name(tag: &TagEnd, in_head: bool) -> &'static str {
    match tag {
        TagEnd::Paragraph | TagEnd::HtmlBlock => "p",
        TagEnd::BlockQuote(_) => "blockquote",
        TagEnd::List(true) => "ol",
        TagEnd::List(false) => "ul",
        TagEnd::Item => "li",
        TagEnd::Table => "table",
        TagEnd::TableRow => "tr",
        TagEnd::TableCell if in_head => "th",
        TagEnd::TableCell => "td",
        TagEnd::Emphasis => "em",
        TagEnd::Strong => "strong",
        TagEnd::Strikethrough => "del",
        _ => "",
    }
}

fn is_block(tag: &TagEnd) -> bool {
    !matches!(tag, TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough | TagEnd::TableCell)
}

#[cfg(test)]
mod tests;
