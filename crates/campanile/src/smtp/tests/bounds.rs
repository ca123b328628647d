//! What clients cannot do, however many or slow they are.

use super::*;

#[tokio::test]
async fn slow_client_is_cut_while_others_are_served() {
    let limits = Limits { data: Duration::from_millis(400), ..Limits::default() };
    let server = served_with(limits, None).await;
    let mut slow = Client::connect(server.address).await;
    slow.open_data().await;
    let trickle = async {
        for _ in 0..100 {
            if let Some(reply) = slow.reply_within(Duration::from_millis(20)).await {
                return reply;
            }
            slow.say("A").await;
        }
        "still served".to_string()
    };
    let other = async {
        let mut client = Client::connect(server.address).await;
        client.open_data().await;
        client.say(".\r\n").await;
        client.reply().await
    };
    let (cut, taken) = tokio::join!(trickle, other);
    assert!(cut.starts_with("421 4.4.2"), "{cut}");
    assert_eq!(taken, "250 2.0.0 ok m1");
}

#[tokio::test]
async fn command_that_comes_octet_by_octet_is_cut() {
    let limits = Limits { command: Duration::from_millis(200), ..Limits::default() };
    let server = served_with(limits, None).await;
    let mut client = Client::connect(server.address).await;
    client.reply().await;
    for _ in 0..100 {
        if let Some(reply) = client.reply_within(Duration::from_millis(20)).await {
            assert!(reply.starts_with("421 4.4.2"), "{reply}");
            return;
        }
        client.say("N").await;
    }
    panic!("still served");
}

#[tokio::test]
async fn hundred_clients_at_once_are_served() {
    let server = served().await;
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let address = server.address;
        clients.spawn(async move {
            let mut client = Client::connect(address).await;
            client.open_data().await;
            client.say(format!("{}.\r\n", "x".repeat(70) + "\r\n")).await;
            client.reply().await
        });
    }
    while let Some(reply) = clients.join_next().await {
        assert_eq!(reply.unwrap(), "250 2.0.0 ok m1");
    }
    assert_eq!(server.house.messages().len(), 100);
}

#[tokio::test]
async fn idle_connections_keep_nobody_out() {
    let limits = Limits { connections_per_address_max: 5, ..Limits::default() };
    let server = served_with(limits, None).await;
    let mut idle = Vec::new();
    for _ in 0..20 {
        let mut client = Client::connect(server.address).await;
        assert!(client.reply().await.starts_with("220"));
        idle.push(client);
    }
    assert!(idle[0].reply().await.starts_with("421 4.3.2"));
    assert_eq!(idle[19].ask("NOOP").await, "250 2.0.0 ok");
}

#[tokio::test]
async fn open_transactions_are_not_pushed_out_by_newcomers() {
    let limits = Limits { connections_per_address_max: 1, ..Limits::default() };
    let server = served_with(limits, None).await;
    let mut first = Client::connect(server.address).await;
    first.open_data().await;
    assert!(Client::connect(server.address).await.reply().await.starts_with("421 4.3.2"));
    first.say(".\r\n").await;
    assert_eq!(first.reply().await, "250 2.0.0 ok m1");
}

#[tokio::test]
async fn stopping_server_says_so_and_lets_a_message_end() {
    let server = served().await;
    let mut idle = Client::connect(server.address).await;
    idle.reply().await;
    let mut busy = Client::connect(server.address).await;
    busy.open_data().await;
    server.stop.send(true).unwrap();
    assert!(idle.reply().await.starts_with("421 4.3.2"));
    assert_eq!(idle.reply().await, "closed");
    busy.say("x\r\n.\r\n").await;
    assert_eq!(busy.reply().await, "250 2.0.0 ok m1");
    assert!(busy.reply().await.starts_with("421 4.3.2"));
    drop((idle, busy));
    tokio::time::timeout(Duration::from_secs(3), server.task).await.unwrap().unwrap();
}

#[tokio::test]
async fn message_is_deferred_when_memory_runs_out_and_small_ones_still_pass() {
    let limits = Limits { message_memory_octets_max: 100_000, ..Limits::default() };
    let server = served_with(limits, None).await;
    let mut client = Client::connect(server.address).await;
    client.open_data().await;
    client.say("xxxxxxxx\r\n".repeat(100_000)).await;
    client.say(".\r\n").await;
    assert!(client.reply().await.starts_with("452 4.3.1"));
    for line in ["MAIL FROM:<a@b.example>", "RCPT TO:<alert@list.example>", "DATA"] {
        client.ask(line).await;
    }
    client.say("small\r\n.\r\n").await;
    assert_eq!(client.reply().await, "250 2.0.0 ok m1");
}

#[tokio::test]
async fn line_and_message_above_the_limit_are_read_to_the_end_and_refused() {
    let server = served().await;
    let mut client = Client::connect(server.address).await;
    client.open_data().await;
    let block = vec![b'A'; 1 << 20];
    for _ in 0..50 {
        assert!(client.say(&block).await);
    }
    client.say("\r\n.\r\n").await;
    assert!(client.reply().await.starts_with("552 5.3.4"));
    assert_eq!(client.ask("NOOP").await, "250 2.0.0 ok");
}

#[tokio::test]
async fn flood_of_errors_ends_with_a_reply_that_can_be_read() {
    let server = served().await;
    let mut client = Client::connect(server.address).await;
    client.reply().await;
    client.say("XYZZY\r\n".repeat(20_000)).await;
    for _ in 0..10 {
        assert_eq!(client.reply().await, "500 5.5.2 unknown command");
    }
    assert!(client.reply().await.starts_with("421 4.7.0"));
    assert_eq!(client.reply().await, "closed");
}
