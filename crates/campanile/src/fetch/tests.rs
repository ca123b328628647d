//! Where requests go and where not, with servers on loopback and a name service of our own.

use std::net::IpAddr;
use std::sync::Mutex;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::error::Kind;

/// Addresses by which servers have been led astray.
const ASTRAY: &[&str] = &[
    "http://127.0.0.1/",
    "http://0/",
    "http://127.1/",
    "http://2130706433/",
    "http://0177.0.0.1/",
    "http://[::]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[fe80::1%25eth0]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[fd00:ec2::254]/",
    "http://10.0.0.1/",
    "http://192.168.1.1/",
    "http://100.64.0.1/",
    "http://224.0.0.1/",
    "http://①②⑦.⓪.⓪.①/",
    "http://127。0。0。1/",
    "http://localhost/",
    "http://user:pass@127.0.0.1/",
    "http://allowed.example@127.0.0.1/",
    "http://allowed.example\\@127.0.0.1/",
    "http://allowed.example%00.127.0.0.1/",
    "http:127.0.0.1",
    "//127.0.0.1/",
    "file://localhost/etc/passwd",
    "ftp://127.0.0.1/",
    "dict://127.0.0.1:11211/stat",
    "jar:http://127.0.0.1!/",
    "data:application/json,{}",
    "http://list.example:25/",
    "http://allowed.example:99999/",
    "http://allowed.example:0/",
    "http://a.example/%0d%0aX-Injected:1",
    "http://[::1",
    "http://xn--/",
    "https://[64:ff9b::a00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[::ffff:10.0.0.1]/",
    "https://203.0.113.9/",
    "https://list.example:25/",
    "https://list.example:22/",
    "https://intranet/",
    "https://printer.local/",
    "https://x.localhost/",
    "https://metadata.google.internal/",
    "https:///nothing",
    "https://a b.example/",
    "https://list.example\u{202e}/",
];

#[test]
fn addresses_that_lead_astray_are_refused() {
    let guard = Guard::new("allowed.example");
    for text in ASTRAY {
        // What TLS alone would not stop is stopped as well.
        for text in [text.to_string(), text.replacen("http:", "https:", 1)] {
            let odd = text.contains("a.example/%0d") && text.starts_with("https");
            assert_eq!(guard.read(&text).is_ok(), odd, "{text}");
        }
    }
    for text in
        ["https://www.example.com/x?y=z", "https://1.1.1.1:8443/", "http://allowed.example:81/"]
    {
        assert!(guard.read(text).is_ok(), "{text}");
    }
}

/// All addresses of the data set, where it is.
#[test]
fn addresses_of_the_attack_set_are_refused() {
    let root = std::env::var_os("CAMPANILE_TESTDATA").map(std::path::PathBuf::from);
    let root = root.or_else(|| Some(std::env::home_dir()?.join(".cache/campanile-testdata")));
    let path = root.unwrap_or_default().join("attacks/dev/lists/l-ssrf-dev.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        return println!("skipped: no {}", path.display());
    };
    for line in text.lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let url = row["url"].as_str().unwrap();
        assert!(Guard::default().read(url).is_err(), "{url}");
    }
}

/// A server that answers each request with what a function makes of its head.
async fn server(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 8192];
            let length = stream.read(&mut head).await.unwrap_or(0);
            let text = String::from_utf8_lossy(&head[..length]).into_owned();
            let _ = stream.write_all(&answer(&text)).await;
        }
    });
    port
}

fn ok(fields: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n{fields}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn bounds() -> Bounds {
    let short = Duration::from_millis(300);
    Bounds { connect: short, silence: short, request: Duration::from_secs(5), ..Bounds::default() }
}

fn fetcher(allow: &str, home: &str) -> Fetcher {
    let home = Url::parse(home).unwrap();
    Fetcher::new(Guard::new(allow), &home, &Credentials::default(), bounds()).unwrap()
}

/// With a name service that answers so.
fn named(allow: &str, answers: &[&[&str]]) -> Fetcher {
    let answers: Vec<Vec<IpAddr>> =
        answers.iter().map(|all| all.iter().map(|one| one.parse().unwrap()).collect()).collect();
    let left = Arc::new(Mutex::new(answers.into_iter()));
    let lookup: Lookup = Arc::new(move |_| {
        let answer = left.lock().unwrap().next().unwrap_or_default();
        Box::pin(async move { Ok(answer) })
    });
    let home = Url::parse("https://home.example/").unwrap();
    Fetcher::with_lookup(Guard::new(allow), &home, &Credentials::default(), bounds(), lookup)
        .unwrap()
}

async fn body(fetcher: &Fetcher, url: &str) -> Result<Vec<u8>> {
    let found = fetcher.find(&Url::parse(url).unwrap(), 1_000_000).await?;
    Ok(found.map(|found| found.octets).unwrap_or_default())
}

#[tokio::test]
async fn names_that_lead_to_the_own_network_are_not_asked() {
    for address in ["127.0.0.1", "10.1.2.3", "::1", "fd00::1", "169.254.169.254", "::ffff:7f00:1"] {
        let error = body(&named("", &[&[address]]), "https://rebind.example/").await.unwrap_err();
        assert!(error.public().contains("no public address"), "{address}: {error}");
    }
}

#[tokio::test]
async fn name_that_leads_elsewhere_a_moment_later_leads_nowhere() {
    // The first look-up answers with a public address where nobody answers, the next with our own.
    let fetcher = named("", &[&["192.88.98.1", "127.0.0.1"], &["127.0.0.1"]]);
    let first = body(&fetcher, "https://rebind.example/").await.unwrap_err();
    assert_eq!(first.kind(), Kind::Temporary, "{first}");
    let second = body(&fetcher, "https://rebind.example/").await.unwrap_err();
    assert!(second.public().contains("no public address"), "{second}");
}

#[tokio::test]
async fn host_that_the_operator_allows_is_asked_and_no_other() {
    let port = server(|_| ok("", b"here")).await;
    let url = format!("http://127.0.0.1:{port}/");
    assert_eq!(body(&fetcher("127.0.0.1", &url), &url).await.unwrap(), b"here");
    assert!(body(&fetcher("127.0.0.2", &url), &url).await.is_err());
    let inner = format!("http://inner.example:{port}/");
    let fetcher = named("inner.example", &[&["127.0.0.1"]]);
    assert_eq!(body(&fetcher, &inner).await.unwrap(), b"here");
}

#[tokio::test]
async fn redirects_are_followed_and_each_is_checked() {
    let to = |place: &str| {
        format!("HTTP/1.1 302 Found\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n").into_bytes()
    };
    let inner = server(|_| ok("", b"secret")).await;
    let port = server(move |head| match head.split(' ').nth(1).unwrap() {
        "/near" => to("/there"),
        "/there" => ok("", b"found"),
        "/loop" => to("/loop"),
        "/inner" => to(&format!("http://127.0.0.2:{inner}/")),
        "/file" => to("file:///etc/passwd"),
        "/nowhere" => b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n".to_vec(),
        other => panic!("{other}"),
    })
    .await;
    let base = format!("http://127.0.0.1:{port}");
    let fetcher = fetcher("127.0.0.1", &base);
    assert_eq!(body(&fetcher, &format!("{base}/near")).await.unwrap(), b"found");
    for path in ["/loop", "/inner", "/file", "/nowhere"] {
        let error = body(&fetcher, &format!("{base}{path}")).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Invalid, "{path}: {error}");
    }
}

#[tokio::test]
async fn answers_have_an_end() {
    let port = server(|head| match head.split(' ').nth(1).unwrap() {
        "/big" => ok("", &vec![b'x'; 2_000_000]),
        "/said" => b"HTTP/1.1 200 OK\r\nContent-Length: 10737418240\r\n\r\n".to_vec(),
        "/endless" => [b"HTTP/1.1 200 OK\r\n\r\n".to_vec(), vec![b'x'; 2_000_000]].concat(),
        "/cut" => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec(),
        other => panic!("{other}"),
    })
    .await;
    let base = format!("http://127.0.0.1:{port}");
    let fetcher = fetcher("127.0.0.1", &base);
    for (path, kind) in [
        ("/big", Kind::TooLarge),
        ("/said", Kind::TooLarge),
        ("/endless", Kind::TooLarge),
        ("/cut", Kind::Temporary),
    ] {
        let error = body(&fetcher, &format!("{base}{path}")).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{path}: {error}");
    }
}

#[tokio::test]
async fn server_that_says_nothing_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let error = body(&fetcher("127.0.0.1", &base), &base).await.unwrap_err();
    assert!(error.public().contains("in time"), "{error}");
}

#[tokio::test]
async fn what_is_as_it_was_is_not_sent_again() {
    let port = server(|head| match head.contains("if-none-match: \"1\"") {
        true => b"HTTP/1.1 304 Not Modified\r\nContent-Length: 0\r\n\r\n".to_vec(),
        false => ok("ETag: \"1\"\r\n", b"list"),
    })
    .await;
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let fetcher = fetcher("127.0.0.1", url.as_str());
    let first = fetcher.get(&url, &Validators::default(), 100).await.unwrap();
    let Answer::Found(found) = first else { panic!("nothing") };
    assert_eq!(found.validators.etag, "\"1\"");
    let again = fetcher.get(&url, &found.validators, 100).await.unwrap();
    assert!(matches!(again, Answer::Unchanged));
}

#[tokio::test]
async fn server_that_asks_to_wait_is_heard() {
    let answer = "HTTP/1.1 429 Too Many\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n";
    let port = server(|_| answer.into()).await;
    let url = format!("http://127.0.0.1:{port}/");
    let fetcher = fetcher("127.0.0.1", &url);
    assert_eq!(body(&fetcher, &url).await.unwrap_err().kind(), Kind::Temporary);
    assert_eq!(fetcher.asked_to_wait(), 120);
}

#[tokio::test]
async fn run_ends_when_its_octets_are_used_up() {
    let port = server(|_| ok("", &[b'x'; 600])).await;
    let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
    let bounds = Bounds { run_bytes: 1000, ..bounds() };
    let shown = Credentials::default();
    let fetcher = Fetcher::new(Guard::new("127.0.0.1"), &url, &shown, bounds).unwrap();
    assert!(fetcher.find(&url, 1000).await.unwrap().is_some());
    assert!(!fetcher.is_spent());
    // What was cut off for that is not taken for too large.
    assert_eq!(fetcher.find(&url, 1000).await.unwrap_err().kind(), Kind::Temporary);
    assert!(fetcher.is_spent());
    assert!(fetcher.find(&url, 1000).await.is_err());
}
