//! Many copies; run with `--ignored --nocapture` and a release build for figures.

use std::time::Instant;

use super::*;

async fn copies(count: usize, lines: usize) -> Duration {
    let (address, _stop) = super::tls::sink(None).await;
    let relay = Relay::new(settings(address, RelayTls::None)).unwrap();
    let mut connection = relay.connect().await.unwrap();
    let shared = SharedBody::from([&[b'Q'; 76][..], b"\r\n"].concat().repeat(lines));
    let head = b"Header: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n".repeat(30);
    let start = Instant::now();
    let messages = (0..count).map(|i| {
        let body = Body::new(&head, shared.clone(), b"--b--\r\n").unwrap();
        outgoing(&format!("team{i}@team.example"), body)
    });
    let mut accepted = 0;
    connection
        .send_many(messages, |_, outcome| {
            accepted += usize::from(matches!(outcome, SendOutcome::Accepted { .. }));
        })
        .await;
    assert_eq!(accepted, count);
    start.elapsed()
}

#[tokio::test]
async fn hundreds_of_copies_go_over_one_connection() {
    copies(300, 60).await;
}

#[tokio::test]
#[ignore = "a measurement"]
async fn time_per_copy() {
    for (count, lines) in [(20_000, 60), (500, 26_000)] {
        let time = copies(count, lines).await.as_micros() / count as u128;
        println!("{time} µs per copy of {lines} lines, both ends in one thread");
    }
}
