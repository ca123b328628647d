//! From a query to the condition of a statement, the same for both databases.
//!
//! The viewer is in every statement that this is put into. A condition looks only at what everybody
//! may see, and at what was found out for this very viewer before ([`Known`]): so what a viewer may
//! not see meets no condition, is not counted, and takes the same way as what does not exist.

use std::collections::BTreeMap;

use campanile_core::authz::Viewer;
use campanile_core::comparison::sheet;
use campanile_core::model::advisory::Identifier;
use campanile_core::model::time::Timestamp;
use campanile_core::query::{Field, Leaf, Phrase, Query, Term, Test, Value};

use super::index::column;
use super::{sees, team_of};
use crate::store::Db;

/// What a query asks for and no column holds, found out for one viewer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known<'q> {
    /// Advisories of which the viewer sees more than everybody does, by the conditions they meet.
    pub advisories: BTreeMap<Leaf<'q>, Vec<String>>,
    /// Groups at which somebody is, by the conditions they meet.
    pub groups: BTreeMap<Leaf<'q>, Vec<String>>,
    /// The newest advisory that is searched, where the query is words.
    pub last: i64,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Rows of `advisory_group`, called `g`.
    Groups,
    /// Rows of `advisory`, called `a`.
    Advisories,
}

/// Advisories that a search for nothing but words looks at, newest first: the pages behind that
/// nobody opens.
const FOUND_ROWS: i64 = 1_000;
/// Seconds in which something is new.
pub(super) const NEW_SECONDS: i64 = 7 * 24 * 3600;

/// Whether the team `$1` has assessed the group `g` since it last changed.
pub(super) const ASSESSED: &str = "EXISTS (SELECT 1 FROM group_state s WHERE s.team_id = $1 \
     AND s.group_id = g.id AND s.state <> 'unread' AND s.assessed_at >= g.changed_at)";
/// Whether it ever has.
const EVER_ASSESSED: &str = "EXISTS (SELECT 1 FROM group_state s WHERE s.team_id = $1 \
     AND s.group_id = g.id AND s.state <> 'unread')";
/// Whether the team `$1` has an advisory in the group `g` that everybody may see.
pub(super) const OWN: &str =
    "EXISTS (SELECT 1 FROM advisory o WHERE o.group_id = g.id AND o.team_id = $1)";
/// What the team `$1` said last about the group `g`.
const STATE: &str = "COALESCE((SELECT s.state FROM group_state s WHERE s.team_id = $1 \
     AND s.group_id = g.id ORDER BY s.assessed_at DESC, s.id DESC LIMIT 1), 'unread')";

/// A value of a statement.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Bound {
    Text(String),
    Number(i64),
}

/// The values of a statement while it is written: `$1` is the viewer's team, `$2` whether it sees
/// advisories at all.
pub(super) struct Values(Vec<Bound>);

impl Values {
    pub fn of(viewer: &Viewer) -> Self {
        Self(vec![Bound::Text(team_of(viewer).to_owned()), Bound::Number(sees(viewer))])
    }

    pub fn text(&mut self, text: impl Into<String>) -> String {
        self.add(Bound::Text(text.into()))
    }

    pub fn number(&mut self, number: i64) -> String {
        self.add(Bound::Number(number))
    }

    fn add(&mut self, value: Bound) -> String {
        self.0.push(value);
        format!("${}", self.0.len())
    }

    /// `$3, $4`; NULL, which nothing is in, for none.
    fn texts<T: Into<String>>(&mut self, texts: impl IntoIterator<Item = T>) -> String {
        let all: Vec<_> = texts.into_iter().map(|text| self.text(text)).collect();
        if all.is_empty() { "NULL".into() } else { all.join(", ") }
    }

    /// The values in their order.
    pub fn arguments(self) -> Result<sqlx::any::AnyArguments, sqlx::Error> {
        use sqlx::Arguments as _;
        let mut arguments = sqlx::any::AnyArguments::default();
        for value in self.0 {
            let added = match value {
                Bound::Text(text) => arguments.add(text),
                Bound::Number(number) => arguments.add(number),
            };
            added.map_err(sqlx::Error::Encode)?;
        }
        Ok(arguments)
    }
}

/// Whether a query has a condition that no index answers: each group is asked for itself.
pub(super) fn is_walked(query: &Query) -> bool {
    let mut walked = false;
    query.each(&mut |leaf| {
        if let Leaf::Term(Term { field, .. }) = leaf {
            walked |= !matches!(field, Field::Id | Field::Title | Field::Product | Field::Vendor);
        }
    });
    walked
}

/// Writes conditions.
pub(super) struct Conditions<'a> {
    pub db: &'a Db,
    pub target: Target,
    pub known: &'a Known<'a>,
    pub now: Timestamp,
    pub values: &'a mut Values,
}

impl Conditions<'_> {
    /// The condition of a whole query.
    pub fn whole(&mut self, query: &Query) -> String {
        match query {
            Query::Text(phrases) if self.target == Target::Groups => {
                let found = self.newest(phrases);
                self.or_otherwise(found, phrases)
            }
            query => self.of(query),
        }
    }

    fn of(&mut self, query: &Query) -> String {
        match query {
            Query::All => "1 = 1".into(),
            Query::Text(phrases) => {
                let words = self.all_words(phrases);
                let found = self.rows(&format!(
                    "FROM advisory_words w JOIN advisory m ON m.id = w.advisory_id WHERE {words}"
                ));
                self.or_otherwise(found, phrases)
            }
            Query::Term(term) => self.term(term),
            Query::Not(inner) => format!("NOT {}", self.of(inner)),
            Query::And(parts) => self.joined(parts, " AND "),
            Query::Or(parts) => self.joined(parts, " OR "),
        }
    }

    fn joined(&mut self, parts: &[Query], between: &str) -> String {
        let parts: Vec<_> = parts.iter().map(|part| self.of(part)).collect();
        format!("({})", parts.join(between))
    }

    /// Words of one advisory, of the newest that have them.
    fn newest(&mut self, phrases: &[Phrase]) -> String {
        let words: Vec<_> = phrases.iter().flat_map(Phrase::words).collect();
        if words.len() == phrases.len() {
            let (_, bound) = self.db.has_words("", &words);
            let place = self.values.text(bound);
            let newest = self.db.newest_with_words(&place, FOUND_ROWS, self.known.last);
            return self.rows(&format!("FROM advisory m WHERE m.seq IN ({newest})"));
        }
        // The index does not know which words stand one behind the other.
        let words = self.all_words(phrases);
        self.rows(&format!(
            "FROM advisory_words w JOIN advisory m ON m.id = w.advisory_id WHERE {words} \
             ORDER BY w.seq DESC LIMIT {FOUND_ROWS}"
        ))
    }

    fn all_words(&mut self, phrases: &[Phrase]) -> String {
        self.has_words(phrases.iter().map(|one| ("words", one.words())), " AND ")
    }

    /// What words found; a single one may be a number that no text mentions, and some of it may be
    /// known to the viewer alone.
    fn or_otherwise(&mut self, found: String, phrases: &[Phrase]) -> String {
        let mut any = vec![found];
        if let [one] = phrases
            && let Some(identifier) = one.identifier()
        {
            any.push(self.bearing(&[identifier]));
        }
        any.extend(self.privy(Leaf::Text(phrases)));
        format!("({})", any.join(" OR "))
    }

    /// That words stand one behind the other in a column of `advisory_words`, for each of some.
    fn has_words<'w>(
        &mut self,
        all: impl Iterator<Item = (&'w str, Vec<String>)>,
        between: &str,
    ) -> String {
        let mut conditions = Vec::new();
        for (column, words) in all {
            let place = self.values.text(String::new());
            let (mut condition, bound) = self.db.has_words(&place, &words);
            if let Some(last) = self.values.0.last_mut() {
                *last = Bound::Text(bound);
            }
            // The index knows which words an advisory has, not where. Letters and digits only:
            // there is nothing to escape.
            if words.len() > 1 || column != "words" {
                let pattern = self.values.text(format!("% {} %", words.join(" ")));
                condition = format!("({condition} AND ' ' || w.{column} || ' ' LIKE {pattern})");
            }
            conditions.push(condition);
        }
        format!("({})", conditions.join(between))
    }

    /// The rows of the target that a statement names by advisories `m`.
    fn rows(&self, from: &str) -> String {
        match self.target {
            Target::Groups => {
                format!("g.id IN (SELECT q.group_id FROM (SELECT m.group_id {from}) q)")
            }
            Target::Advisories => format!("a.id IN (SELECT q.id FROM (SELECT m.id {from}) q)"),
        }
    }

    /// Which bear one of these identifiers as their vulnerability or number.
    fn bearing(&mut self, identifiers: &[Identifier]) -> String {
        let list = self.values.texts(identifiers.iter().map(column));
        self.rows(&format!(
            "FROM advisory_identifier i JOIN advisory m ON m.id = i.advisory_id \
             WHERE i.identifier IN ({list}) AND i.role IN ('vulnerability', 'own')"
        ))
    }

    /// What was found out about advisories for the viewer.
    fn privy(&mut self, leaf: Leaf<'_>) -> Option<String> {
        let ids = self.known.advisories.get(&leaf)?.clone();
        let list = self.values.texts(ids);
        Some(self.rows(&format!("FROM advisory m WHERE m.id IN ({list})")))
    }

    fn term(&mut self, term: &Term) -> String {
        let Term { field, test } = term;
        let condition = match (field, self.target) {
            (Field::Id, _) => self.id(test),
            (Field::Title, _) => self.words("title", test),
            (Field::Product, _) => self.words("products", test),
            (Field::Vendor, _) => self.words("vendors", test),
            (Field::Published | Field::New | Field::Changed | Field::Exploited, Target::Groups) => {
                self.of_group(term)
            }
            (field, Target::Groups) if field.is_of_group() => self.of_group(term),
            (field, Target::Advisories) if field.is_of_group() => {
                let condition = self.of_group(term);
                format!(
                    "EXISTS (SELECT 1 FROM advisory_group g WHERE g.id = a.group_id \
                     AND {condition})"
                )
            }
            (_, Target::Groups) => {
                let condition = self.of_advisory(term);
                format!("EXISTS (SELECT 1 FROM advisory a WHERE a.group_id = g.id AND {condition})")
            }
            (_, Target::Advisories) => self.of_advisory(term),
        };
        match self.privy(Leaf::Term(term)) {
            Some(privy) => format!("({condition} OR {privy})"),
            None => format!("({condition})"),
        }
    }

    fn id(&mut self, test: &Test) -> String {
        let found: Vec<_> = test.texts().filter_map(Identifier::recognise).collect();
        let numbers = self.values.texts(test.texts().map(|text| text.trim().to_lowercase()));
        let mut any =
            vec![self.rows(&format!("FROM advisory m WHERE m.number_key IN ({numbers})"))];
        let names = self.values.texts(test.texts());
        any.push(match self.target {
            Target::Groups => format!("g.id IN ({names})"),
            Target::Advisories => format!("a.id IN ({names})"),
        });
        if !found.is_empty() {
            any.push(self.bearing(&found));
        }
        any.join(" OR ")
    }

    fn words(&mut self, column: &'static str, test: &Test) -> String {
        let phrases = test.texts().filter_map(Phrase::new);
        let all = phrases.map(|one| (column, one.spelt())).collect::<Vec<_>>();
        let words = self.has_words(all.into_iter(), " OR ");
        self.rows(&format!(
            "FROM advisory_words w JOIN advisory m ON m.id = w.advisory_id WHERE {words}"
        ))
    }

    /// About a row `g`.
    fn of_group(&mut self, Term { field, test }: &Term) -> String {
        match field {
            Field::Published => self.times("g.first_at", test),
            Field::New => self.recent("g.first_at", test),
            Field::Changed => self.times("g.changed_at", test),
            Field::Exploited => yes_no(test, "g.exploited = 1"),
            Field::Members => self.counts("g.members", test),
            Field::Teams => self.counts("g.teams", test),
            Field::Differs => self.differs(test),
            Field::Only => any_of(test, |word| match word {
                "us" => format!(
                    "({OWN} AND NOT EXISTS (SELECT 1 FROM advisory o WHERE o.group_id = g.id \
                     AND (o.team_id IS NULL OR o.team_id <> $1)))"
                ),
                _ => format!("(g.teams > 0 AND NOT {OWN})"),
            }),
            Field::State => {
                let words = self.values.texts(test.words());
                format!("$1 <> '' AND {STATE} IN ({words})")
            }
            Field::Assessed => {
                let any = any_of(test, |word| match word {
                    "yes" => ASSESSED.to_owned(),
                    "no" => format!("NOT {EVER_ASSESSED}"),
                    _ => format!("({EVER_ASSESSED} AND NOT {ASSESSED})"),
                });
                format!("$1 <> '' AND {any}")
            }
            Field::Claimed => self.claimed(&Term { field: *field, test: test.clone() }),
            _ => "1 = 0".into(),
        }
    }

    /// About a row `a`.
    fn of_advisory(&mut self, Term { field, test }: &Term) -> String {
        match field {
            Field::Issuer => self.issuer(test),
            Field::Kind => self.is("a.kind", test),
            Field::Status => self.is("a.status", test),
            Field::Format => {
                let format = self.is("d.format", test);
                format!(
                    "EXISTS (SELECT 1 FROM advisory_version v JOIN advisory_document d \
                     ON d.id = v.document_id WHERE v.id = a.version_id AND {format})"
                )
            }
            Field::Tlp => {
                let labels = test.words().map(|word| match word {
                    "none" => String::new(),
                    word => format!("TLP:{}", word.to_uppercase()),
                });
                let labels = self.values.texts(labels);
                format!("a.minimum_open = 1 AND a.tlp IN ({labels})")
            }
            Field::Restricted => yes_no(test, "a.whole_open = 0"),
            Field::Published => self.times("a.published_at", test),
            Field::New => self.recent("a.published_at", test),
            Field::Changed => self.times("a.revised_at", test),
            Field::Cvss => self.scored("cvss-%", test),
            Field::Cvss2 => self.scored("cvss-2%", test),
            Field::Cvss3 => self.scored("cvss-3%", test),
            Field::Cvss4 => self.scored("cvss-4%", test),
            Field::Epss => self.scored("epss", test),
            Field::Severity => {
                let bands = self.is("r.band", test);
                rated(&bands)
            }
            Field::Exploited => yes_no(
                test,
                &rated("(r.scheme = 'kev' OR LOWER(r.value) LIKE '%exploitation=active%')"),
            ),
            _ => "1 = 0".into(),
        }
    }

    fn is(&mut self, column: &str, test: &Test) -> String {
        let words = self.values.texts(test.words());
        format!("{column} IN ({words})")
    }

    /// Who is at it was found out before: people are named under seal.
    fn claimed(&mut self, term: &Term) -> String {
        let groups = self.known.groups.get(&Leaf::Term(term)).cloned().unwrap_or_default();
        let list = self.values.texts(groups);
        let now = self.values.number(self.now.micros());
        let free = format!(
            "NOT EXISTS (SELECT 1 FROM group_claim c WHERE c.group_id = g.id \
             AND c.expires_at > {now})"
        );
        match term.test.has("none") {
            true => format!("({free} OR g.id IN ({list}))"),
            false => format!("(g.id IN ({list}) AND NOT {free})"),
        }
    }

    fn issuer(&mut self, test: &Test) -> String {
        let mut any = vec![any_of(test, |word| match word {
            "us" => "($1 <> '' AND a.team_id IS NOT NULL AND a.team_id = $1)".into(),
            _ => "a.team_id IS NOT NULL".into(),
        })];
        for name in test.texts() {
            let handle = self.values.text(name.to_lowercase());
            let pattern = self.values.text(like(name));
            any.push(format!(
                "EXISTS (SELECT 1 FROM team t WHERE t.id = a.team_id AND t.handle_key = {handle}) \
                 OR LOWER(a.issuer) LIKE {pattern} ESCAPE '!'"
            ));
        }
        format!("({})", any.join(" OR "))
    }

    fn scored(&mut self, scheme: &str, test: &Test) -> String {
        let score = self.number("r.score", test);
        let scheme = self.values.text(scheme);
        rated(&format!("r.scheme LIKE {scheme} AND r.score IS NOT NULL AND {score}"))
    }

    /// A column in whole numbers; values are in hundredths.
    fn counts(&mut self, column: &str, test: &Test) -> String {
        self.number(&format!("{column} * 100"), test)
    }

    fn number(&mut self, column: &str, test: &Test) -> String {
        match test {
            Test::Compare(comparison, Value::Number(bound)) => {
                let bound = self.values.number(*bound);
                format!("{column} {} {bound}", comparison.sign())
            }
            _ => {
                let numbers: Vec<_> =
                    test.numbers().map(|number| self.values.number(number)).collect();
                format!("{column} IN ({})", numbers.join(", "))
            }
        }
    }

    fn times(&mut self, column: &str, test: &Test) -> String {
        let spans: Vec<_> = test
            .intervals(self.now)
            .into_iter()
            .map(|(from, before)| {
                let from = self.values.number(from.unwrap_or(i64::MIN));
                let before = self.values.number(before.unwrap_or(i64::MAX));
                format!("{column} >= {from} AND {column} < {before}")
            })
            .collect();
        format!("({column} IS NOT NULL AND ({}))", spans.join(" OR "))
    }

    fn recent(&mut self, column: &str, test: &Test) -> String {
        let week = self.values.number(self.now.plus_seconds(-NEW_SECONDS).micros());
        yes_no(test, &format!("({column} IS NOT NULL AND {column} >= {week})"))
    }

    /// In which columns ratings differ stands at the end of what a list shows of the group. That
    /// is made from what everybody may see, and the same for every viewer.
    fn differs(&mut self, test: &Test) -> String {
        any_of(test, |word| match word {
            "yes" => "g.differs > 0".into(),
            "no" => "NOT g.differs > 0".into(),
            word => format!("(g.differs > 0 AND g.summary LIKE {})", differs_in(word)),
        })
    }
}

/// That the advisory `a` has a rating `r` like this.
fn rated(condition: &str) -> String {
    format!("EXISTS (SELECT 1 FROM advisory_rating r WHERE r.advisory_id = a.id AND {condition})")
}

/// The pattern of a summary with a column among those that differ, as a text of SQL; one that no
/// summary has for what is no column. Within texts of the summary, quotation marks bear a
/// backslash, so no title looks like this.
fn differs_in(word: &str) -> String {
    let column = word.parse::<sheet::Field>().ok();
    let written = column.and_then(|column| serde_json::to_string(&column).ok());
    let written = written.unwrap_or_else(|| "\"\"".into());
    format!("'%\"differs\":[%{written}%'")
}

/// A condition for *yes*, its opposite for *no*, everything for both.
fn yes_no(test: &Test, condition: &str) -> String {
    any_of(test, |word| match word {
        "no" => format!("NOT {condition}"),
        _ => condition.to_owned(),
    })
}

/// What any of the words of a field stands for; nothing, where none is there.
fn any_of(test: &Test, condition: impl Fn(&str) -> String) -> String {
    let all: Vec<_> = test.words().map(condition).collect();
    if all.is_empty() { "1 = 0".into() } else { format!("({})", all.join(" OR ")) }
}

/// The pattern of a name that contains a text in any letter case. The databases agree about the
/// case of ASCII alone; of other characters, any stands for any.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for character in text.to_lowercase().chars() {
        match character {
            '%' | '_' | '!' => pattern.extend(['!', character]),
            character if character.is_ascii() => pattern.push(character),
            _ => pattern.push('_'),
        }
    }
    pattern + "%"
}
