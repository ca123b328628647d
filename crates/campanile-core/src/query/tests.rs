//! What is written reads back; what is wrong is told with its place.

use proptest::prelude::*;

use super::*;
use crate::model::limits::{QUERY_BYTES_MAX, QUERY_CONDITIONS_MAX, QUERY_DEPTH_MAX};
use crate::model::time::Timestamp;

/// 2026-08-25T02:00:00Z
const NOW: Timestamp = Timestamp::from_seconds(1_787_623_200);

fn shown(text: &str) -> String {
    parse(text).unwrap().to_string()
}

#[test]
fn juxtaposition_binds_like_and_and_both_bind_closer_than_or() {
    for (text, expected) in [
        ("", ""),
        ("  xdr   overflow ", "xdr overflow"),
        ("a and b or c", "a b or c"),
        ("a (b or c) not d", "a (b or c) not d"),
        ("(a b) and (c)", "a b c"),
        ("a cvss>=9 b", "a b cvss>=9"),
        ("not (a b)", "not (a b)"),
        ("NOT NOT a OR b", "not not a or b"),
        ("((a or b) or c)", "a or b or c"),
        ("not cvss<4 severity:high, CRITICAL", "not cvss<4 severity:high,critical"),
        ("\"and\" \"a b\" \"x\"", "\"and\" \"a b\" x"),
        ("cvss >= 9.80 Changed <= 7d", "cvss>=9.8 changed<=7d"),
        ("issuer=\"Red Hat\",us,dfn-cert", "issuer:\"Red Hat\",us,dfn-cert"),
        ("id:CAN-2003-0252,RHSA-2003:206", "id:CAN-2003-0252,RHSA-2003:206"),
        ("RHSA-2003:206 https://x.example/a", "RHSA-2003:206 https://x.example/a"),
        ("published>=2026-11-01T12:00:00+01:00", "published>=2026-11-01T11:00:00Z"),
        ("title:\"say \\\"hi\\\" \\\\\"", "title:\"say \\\"hi\\\" \\\\\""),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn mistake_is_told_with_its_place_and_what_was_expected() {
    for (text, pointer, told, hint) in [
        ("sevrity:high", "^^^^^^^", "no field `sevrity`", "did you mean `severity:`"),
        ("a foo/bar:baz", "  ^^^^^^^", "no field `foo/bar`", "fields are id, title"),
        ("ünï severity:hgih", "             ^^^^", "no value of `severity`", "low, medium"),
        ("a (b", "  ^", "not closed", "close it with )"),
        ("a)", " ^", "closes nothing", "remove it"),
        ("a \"b", "  ^^", "quotation mark", "close it"),
        ("title:\"b", "      ^^", "quotation mark", "close it"),
        ("a and", "     ^", "missing here", "need a word"),
        ("or a", "^^", "missing here", "need a word"),
        ("()", " ^", "missing here", "need a word"),
        ("severity:", "^^^^^^^^^", "value of `severity` is missing", "low, medium"),
        ("severity:low,", "^^^^^^^^^^^^^", "value of `severity` is missing", "critical"),
        ("cvss>=11", "      ^^", "no value of `cvss`", "0 to 10"),
        ("epss>=1.01", "      ^^^^", "no value of `epss`", "0 to 1"),
        ("tlp>red", "^^^^", "not more or less", "write `tlp:`"),
        ("changed:7d", "        ^^", "this is a span", "changed<=7d"),
        ("published>2026-02-30", "          ^^^^^^^^^^", "no value", "2026-11-01"),
        ("a --", "  ^^", "nothing to look for", "a letter or a digit"),
    ] {
        let error = parse(text).unwrap_err();
        assert_eq!(error.pointer(text).1, pointer, "{text}: {error}");
        assert!(error.to_string().contains(told), "{text}: {error}");
        assert!(error.hint().contains(hint), "{text}: {}", error.hint());
    }
}

#[test]
fn what_is_too_long_deep_or_much_is_refused() {
    let fault = |text: String| parse(&text).unwrap_err().fault;
    assert_eq!(fault("a".repeat(QUERY_BYTES_MAX + 1)), Fault::TooLong);
    assert_eq!(fault(format!("{}a", "(".repeat(1_000))), Fault::TooDeep);
    assert_eq!(fault(format!("{}a", "not ".repeat(400))), Fault::TooDeep);
    assert_eq!(fault("a ".repeat(QUERY_CONDITIONS_MAX + 1)), Fault::TooMany);
    let list = vec!["a"; QUERY_CONDITIONS_MAX + 1].join(",");
    assert_eq!(fault(format!("id:{list}")), Fault::TooMany);
    let deep = format!("{}a{}", "(".repeat(QUERY_DEPTH_MAX), ")".repeat(QUERY_DEPTH_MAX));
    assert_eq!(shown(&deep), "a");
}

#[test]
fn times_are_days_in_utc_and_spans_reach_back_from_now() {
    let covers = |text: &str, at: &str| {
        let Query::Term(term) = parse(text).unwrap() else { panic!("{text}") };
        term.test.covers(Timestamp::parse(at).unwrap(), NOW)
    };
    for (text, inside, outside) in [
        ("changed:today", "2026-08-25T23:59:59Z", "2026-08-24T23:59:59Z"),
        ("changed:yesterday", "2026-08-24T00:00:00Z", "2026-08-25T00:00:00Z"),
        ("changed<=7d", "2026-08-18T02:00:00Z", "2026-08-18T01:59:59Z"),
        ("changed>7d", "2026-08-18T01:59:59Z", "2026-08-18T02:00:00Z"),
        ("changed>=2026-08-01", "2026-08-01T00:00:00Z", "2026-07-31T23:59:59Z"),
        ("changed<=2026-08-01", "2026-08-01T23:59:59Z", "2026-08-02T00:00:00Z"),
        ("changed>2026-08-01", "2026-08-02T00:00:00Z", "2026-08-01T23:59:59Z"),
        ("changed<2026-08-01", "2026-07-31T23:59:59Z", "2026-08-01T00:00:00Z"),
        ("changed:2026-08-01,today", "2026-08-25T00:00:00Z", "2026-08-02T00:00:00Z"),
        ("changed>=2026-08-01T12:00:00Z", "2026-08-01T12:00:00Z", "2026-08-01T11:59:59Z"),
    ] {
        assert!(covers(text, inside), "{text} has {inside}");
        assert!(!covers(text, outside), "{text} has not {outside}");
    }
}

fn offered(text: &str) -> Vec<String> {
    let issuers = ["CERT-IST".to_owned(), "Red Hat".to_owned()];
    let vocabulary = Vocabulary { issuers: &issuers, claimants: &[] };
    let apply = |one: Completion| format!("{}{}", &text[..one.place.start], one.text);
    complete(text, text.len(), vocabulary).into_iter().map(apply).collect()
}

#[test]
fn completion_knows_what_may_follow() {
    assert_eq!(offered("sev"), ["severity:"]);
    assert_eq!(offered("a cvss"), ["a cvss>=", "a cvss2>=", "a cvss3>=", "a cvss4>="]);
    assert_eq!(offered("severity:high,c"), ["severity:high,critical"]);
    assert_eq!(offered("a (issuer:\"Re"), ["a (issuer:\"Red Hat\""]);
    assert_eq!(offered("issuer:c"), ["issuer:CERT-IST"]);
    assert_eq!(offered("changed:y"), ["changed:yesterday"]);
    assert_eq!(offered("a an"), ["a and "]);
    assert_eq!(offered("an"), Vec::<String>::new());
    assert_eq!(offered("\"sev"), Vec::<String>::new());
    assert_eq!(offered("\"sev\""), Vec::<String>::new());
    assert_eq!(offered("cvss>=9"), Vec::<String>::new());
    assert_eq!(offered("").len(), Field::ALL.len() + 1);
    assert_eq!(offered("a ").len(), Field::ALL.len() + 3);
    assert_eq!(complete("sevärity", 4, Vocabulary::default()).len(), 1);
}

#[test]
fn every_completion_of_a_word_is_read() {
    for field in Field::ALL {
        if let Shape::Words(words) | Shape::Name(words) = field.shape() {
            for word in words {
                assert_eq!(shown(&format!("{field}:{word}")), format!("{field}:{word}"));
            }
        }
        assert_eq!(Field::nearest(field.name()), Some(*field));
        assert!(!field.about().is_empty());
    }
}

#[test]
fn ratings_may_differ_in_every_column_of_the_sheet() {
    use crate::comparison::sheet;
    let Shape::Words(words) = Field::Differs.shape() else { panic!() };
    let columns = sheet::Field::ALL.iter().map(|column| column.name());
    assert_eq!(words, ["yes", "no"].into_iter().chain(columns).collect::<Vec<_>>());
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9äß_.:<>=/+-]{0,8}[a-z0-9]",
        "[ -~]{0,12}[a-z]",
        prop::sample::select(vec!["and", "OR", "not", "CVE-2003-0252", "severity", "x:y", "a,b"])
            .prop_map(str::to_owned),
    ]
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        Just(When::Today),
        Just(When::Yesterday),
        any::<u16>().prop_map(|days| When::Day(Day::after_epoch(days))),
        (0i64..4_000_000_000).prop_map(|seconds| When::At(Timestamp::from_seconds(seconds))),
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    use Comparison::{AtLeast, AtMost, Less, More};
    prop::sample::select(vec![Less, AtMost, AtLeast, More])
}

fn test_of(field: Field) -> BoxedStrategy<Test> {
    let list = |value: BoxedStrategy<Value>| {
        prop::collection::vec(value, 1..4).prop_map(Test::OneOf).boxed()
    };
    let compared = |value: BoxedStrategy<Value>| {
        (comparison(), value).prop_map(|(sign, value)| Test::Compare(sign, value)).boxed()
    };
    match field.shape() {
        Shape::Text => list(text().prop_map(Value::Text).boxed()),
        Shape::Words(words) => list(prop::sample::select(words).prop_map(Value::Word).boxed()),
        Shape::Name(words) => {
            let free =
                move |text: &String| words.iter().all(|word| !word.eq_ignore_ascii_case(text));
            let name = text().prop_filter("a word of the field", free).prop_map(Value::Text);
            let word = prop::sample::select(words).prop_map(Value::Word);
            list(prop_oneof![name, word].boxed())
        }
        Shape::Number(most) => {
            let number = (0..=most.min(9_999)).prop_map(Value::Number).boxed();
            prop_oneof![list(number.clone()), compared(number)].boxed()
        }
        Shape::Date => {
            let unit = prop::sample::select(vec![Unit::Hour, Unit::Day, Unit::Week]);
            let span = (any::<u16>(), unit)
                .prop_map(|(count, unit)| Value::When(When::Ago(Span { count, unit })));
            let point = when().prop_map(Value::When).boxed();
            prop_oneof![list(point.clone()), compared(point), compared(span.boxed())].boxed()
        }
    }
}

fn leaf() -> impl Strategy<Value = Query> {
    let phrase = text().prop_filter_map("no word", |text| Phrase::new(&text));
    let term = prop::sample::select(Field::ALL)
        .prop_flat_map(|field| test_of(field).prop_map(move |test| Term { field, test }));
    prop_oneof![
        prop::collection::vec(phrase, 1..3).prop_map(Query::Text),
        term.prop_map(Query::Term),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    leaf().prop_recursive(4, 16, 3, |inner| {
        let parts = || prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            parts().prop_map(Query::and),
            parts().prop_map(Query::or),
            inner.clone().prop_map(Query::not),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_written_reads_back_as_the_same_query(query in query()) {
        let text = query.to_string();
        prop_assert_eq!(parse(&text), Ok(query), "{}", text);
    }

    #[test]
    fn rows_of_a_query_become_the_same_query(
        parts in prop::collection::vec((leaf(), any::<bool>()), 0..6)
    ) {
        let part = |(one, not): (Query, bool)| if not { one.not() } else { one };
        let query = Query::and(parts.into_iter().map(part));
        let negated = |one: &Query| match one {
            Query::Not(inner) => matches!(inner.as_ref(),
                Query::Text(phrases) if phrases.len() > 1)
                || matches!(inner.as_ref(), Query::Term(Term { test: Test::Compare(..), .. })),
            _ => false,
        };
        let more = match &query {
            Query::And(parts) => parts.iter().any(negated),
            one => negated(one),
        };
        match rows(&query) {
            None => prop_assert!(more, "{}", query),
            Some(rows) => {
                let text = compose(&rows);
                prop_assert_eq!(parse(&text), Ok(query), "{}", text);
                prop_assert_eq!(super::rows(&parse(&text).unwrap()), Some(rows));
            }
        }
    }

    #[test]
    fn any_text_is_read_or_refused_at_a_place_inside(text in "[ -~äß\"():,<>=]{0,60}") {
        match parse(&text) {
            Ok(query) => prop_assert_eq!(parse(&query.to_string()), Ok(query)),
            Err(error) => prop_assert!(error.place.end <= text.len()),
        }
        for at in 0..=text.len() {
            for one in complete(&text, at, Vocabulary::default()) {
                prop_assert!(one.place.end <= at && text.is_char_boundary(one.place.start));
            }
        }
    }
}
