//! Everything a next hop can do instead of taking a message.

use super::*;

#[tokio::test]
async fn refused_recipient_gets_nothing_and_the_others_do() {
    let refuse = [OPEN[0], OPEN[1], OPEN[2], OPEN[3], Say("550 5.1.1 no"), Say("503 5.5.1 no")];
    let reset = [Hear("RSET"), Say("250 ok")];
    let hop = Hop::following(&[&GREETING, &OPEN, &TAKE, &refuse, &reset, &OPEN, &TAKE]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example"), small("c@c.example")];
    let reports = send_all(&mut connection, messages).await;
    assert_eq!(reports, [TAKEN, "permanent: 550 5.1.1 no", TAKEN]);
    connection.quit().await;
    let received = hop.messages().await;
    assert_eq!(received.len(), 2);
    assert!(received[1].starts_with(b"To: c@c.example"));
}

#[tokio::test]
async fn deferred_recipient_is_told_from_a_refused_one() {
    let defer = [OPEN[0], OPEN[1], OPEN[2], OPEN[3], Say("451 4.3.0 later"), Say("554 5.5.1 no")];
    let hop = Hop::following(&[&GREETING, &defer]).await;
    let reports = send_all(&mut hop.connect().await, vec![small("a@a.example")]).await;
    assert_eq!(reports, ["temporary: 451 4.3.0 later"]);
}

#[tokio::test]
async fn go_ahead_without_recipients_is_answered_with_an_empty_message() {
    let odd = [OPEN[0], OPEN[1], OPEN[2], OPEN[3], Say("550 5.1.1 no"), Say("354 go")];
    let end = [Hear(".\r\n"), Say("554 5.5.1 nobody"), Hear("RSET"), Say("250 ok")];
    let hop = Hop::following(&[&GREETING, &odd, &end, &OPEN, &TAKE]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example")];
    assert_eq!(send_all(&mut connection, messages).await, ["permanent: 550 5.1.1 no", TAKEN]);
}

#[tokio::test]
async fn go_ahead_after_a_refused_sender_sends_nothing() {
    let odd = [OPEN[0], OPEN[1], OPEN[2], Say("550 5.7.1 no"), Say("250 ok"), Say("354 go")];
    let hop = Hop::following(&[&GREETING, &odd]).await;
    let mut connection = hop.connect().await;
    let reports = send_all(&mut connection, vec![small("a@a.example")]).await;
    assert_eq!(reports, ["broken: next hop does not speak SMTP"]);
    assert!(!connection.is_usable());
    connection.quit().await;
    assert!(hop.messages().await.is_empty());
}

#[tokio::test]
async fn refused_message_does_not_stop_the_announced_one() {
    let hop =
        Hop::following(&[&GREETING, &OPEN, &[Message, Say("554 5.6.0 no")], &OPEN, &TAKE]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example")];
    assert_eq!(send_all(&mut connection, messages).await, ["permanent: 554 5.6.0 no", TAKEN]);
}

#[tokio::test]
async fn announced_recipient_can_be_refused_too() {
    let refuse = [OPEN[0], OPEN[1], OPEN[2], OPEN[3], Say("452 4.2.2 full"), Say("503 5.5.1 no")];
    let reset = [Hear("RSET"), Say("250 ok")];
    let hop = Hop::following(&[&GREETING, &OPEN, &TAKE, &refuse, &reset, &refuse]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example"), small("c@c.example")];
    let reports = send_all(&mut connection, messages).await;
    let full = "temporary: 452 4.2.2 full";
    assert_eq!(reports, [TAKEN, full, full]);
    assert!(connection.is_usable());
}

#[tokio::test]
async fn silence_after_the_end_may_mean_accepted() {
    let hop = Hop::following(&[&GREETING, &OPEN, &[Message, Hang]]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example"), small("c@c.example")];
    let reports = send_all(&mut connection, messages).await;
    let broken = "broken: next hop closed the connection";
    assert_eq!(reports, ["maybe: next hop did not answer in time", broken]);
    assert!(!connection.is_usable());
    let again = connection.send(small("a@a.example")).await;
    assert!(matches!(again, SendOutcome::Broken { .. }));
}

#[tokio::test]
async fn close_after_the_end_may_mean_accepted() {
    let hop = Hop::following(&[&GREETING, &OPEN, &[Message, Reset]]).await;
    let reports = send_all(&mut hop.connect().await, vec![small("a@a.example")]).await;
    assert!(reports[0].starts_with("maybe: "), "{reports:?}");
}

#[tokio::test]
async fn close_before_the_go_ahead_means_not_accepted() {
    let hop = Hop::following(&[&GREETING, &OPEN[..4], &[Reset]]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example")];
    let reports = send_all(&mut connection, messages).await;
    assert!(reports.len() == 1 && reports[0].starts_with("broken: "), "{reports:?}");
}

#[tokio::test]
async fn hop_that_drops_a_message_half_way_has_not_accepted_it() {
    let hop = Hop::following(&[&GREETING, &OPEN, &[Octets(100_000), Reset]]).await;
    let shared = SharedBody::from(b"QUJDQUJD\r\n".repeat(400_000));
    let message = outgoing("a@a.example", Body::new(b"\r\n", shared, b"").unwrap());
    let reports = send_all(&mut hop.connect().await, vec![message]).await;
    assert!(reports[0].starts_with("broken: "), "{reports:?}");
}

#[tokio::test]
async fn hop_that_stops_reading_is_given_up() {
    let greeting = [GREETING[0], GREETING[1], Say("250-hop\r\n250 PIPELINING")];
    let open = [Hear("MAIL"), OPEN[1], OPEN[2], OPEN[3], OPEN[4], OPEN[5]];
    let hop = Hop::following(&[&greeting, &open, &[Octets(10), Hang]]).await;
    // More than the buffers of both ends hold.
    let shared = SharedBody::from(b"QUJDQUJD\r\n".repeat(3_000_000));
    let message = outgoing("a@a.example", Body::new(b"\r\n", shared, b"").unwrap());
    let reports = send_all(&mut hop.connect().await, vec![message]).await;
    assert_eq!(reports, ["broken: next hop did not answer in time"]);
}

#[tokio::test]
async fn hop_that_wants_to_close_is_left_without_blame_for_the_message() {
    let hop = Hop::following(&[&GREETING, &[Hear("MAIL"), Say("421 4.3.2 bye")]]).await;
    let mut connection = hop.connect().await;
    let reports = send_all(&mut connection, vec![small("a@a.example")]).await;
    assert_eq!(reports, ["broken: next hop closes: 421 4.3.2 bye"]);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn message_answered_with_421_is_not_accepted() {
    let hop = Hop::following(&[&GREETING, &OPEN, &[Message, Say("421 4.3.2 full"), Reset]]).await;
    let mut connection = hop.connect().await;
    let messages = vec![small("a@a.example"), small("b@b.example")];
    let reports = send_all(&mut connection, messages).await;
    let broken = "broken: next hop closed the connection";
    assert_eq!(reports, ["temporary: 421 4.3.2 full", broken]);
}

#[tokio::test]
async fn reply_that_nobody_asked_for_ends_the_connection() {
    let greeting = [GREETING[0], GREETING[1], Say("250-hop\r\n250 PIPELINING\r\n250 what?")];
    let hop = Hop::following(&[&greeting]).await;
    let reports = send_all(&mut hop.connect().await, vec![small("a@a.example")]).await;
    assert_eq!(reports, ["broken: next hop does not speak SMTP"]);
}

#[tokio::test]
async fn what_the_hop_cannot_take_is_not_offered() {
    let hop = Hop::following(&[&GREETING, &OPEN, &TAKE]).await;
    let mut connection = hop.connect().await;
    let huge = Body::whole(&b"QUJDQUJD\r\n".repeat(500_001)).unwrap();
    let mut bad_sender = small("a@a.example");
    bad_sender.mail_from = "a@b>\r\nRCPT TO:<x@y".into();
    let messages = vec![
        small("a@a.example> X=1"),
        small("a@a.example"),
        small("b\r\n@b.example"),
        bad_sender,
        outgoing("c@c.example", huge),
        small(""),
    ];
    let reports = send_all(&mut connection, messages).await;
    let starts = [
        "permanent: 501",
        TAKEN,
        "permanent: 501",
        "permanent: 501",
        "permanent: 552",
        "permanent: 501",
    ];
    assert_eq!(reports.len(), starts.len());
    for (report, start) in reports.iter().zip(starts) {
        assert!(report.starts_with(start), "{report} instead of {start}");
    }
    connection.quit().await;
    assert_eq!(hop.messages().await.len(), 1);
}

#[tokio::test]
async fn body_that_cannot_be_read_to_its_end_is_never_ended() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("body");
    std::fs::write(&path, b"QUJDQUJD\r\n".repeat(300_000)).unwrap();
    let shared = SharedBody::open(path.clone()).await.unwrap();
    std::fs::OpenOptions::new().write(true).open(path).unwrap().set_len(600_000).unwrap();
    let hop = Hop::following(&[&GREETING, &OPEN, &[Octets(1), Hang]]).await;
    let mut connection = hop.connect().await;
    let message = outgoing("a@a.example", Body::new(b"\r\n", shared, b"").unwrap());
    let reports = send_all(&mut connection, vec![message]).await;
    assert_eq!(reports, ["broken: stored body cannot be read"]);
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn dropped_sending_leaves_no_usable_connection() {
    let hop = Hop::following(&[&GREETING, &[Hear("MAIL"), Hang]]).await;
    let mut connection = hop.connect().await;
    let sending = connection.send(small("a@a.example"));
    assert!(tokio::time::timeout(Duration::from_millis(100), sending).await.is_err());
    assert!(!connection.is_usable());
}

#[tokio::test]
async fn hop_that_hung_and_came_back_is_reached_by_another_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let hop = tokio::spawn(async move {
        let (_forgotten, _) = listener.accept().await.unwrap();
        let greeting = [Say("220 hop"), Hear("EHLO"), Say("250 hop")];
        follow(&listener, &greeting).await
    });
    let relay = Relay::new(settings(address, RelayTls::None)).unwrap();
    assert!(relay.connect().await.is_ok());
    hop.await.unwrap();
}

#[tokio::test]
async fn hop_that_is_not_there_or_does_not_greet_is_told_apart() {
    let refusing = Hop::following(&[&[Say("554 5.7.1 not you"), Reset]]).await;
    let connected = refusing.relay().connect().await.err();
    assert!(matches!(connected, Some(ConnectError::Refused(reply)) if reply.code == 554));
    let silent = Hop::following(&[&[Hang]]).await;
    let connected = silent.relay().connect().await.err();
    assert!(matches!(connected, Some(ConnectError::Wire(WireError::Timeout))));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let absent = Relay::new(settings(address, RelayTls::None)).unwrap();
    assert!(matches!(absent.connect().await.err(), Some(ConnectError::Unreachable(_))));
}
