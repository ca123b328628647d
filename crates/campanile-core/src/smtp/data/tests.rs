use super::*;
use proptest::prelude::*;

/// The slow and obvious reading of the rules, to hold the fast one against.
fn obvious(input: &[u8], octets_max: usize) -> Option<(Result<Vec<u8>, DataFault>, usize)> {
    let mut framed = b"\r\n".to_vec();
    framed.extend_from_slice(input);
    let end = framed.windows(5).position(|w| w == b"\r\n.\r\n")?;
    let body = framed.get(2..end + 2).unwrap();
    let mut message = Vec::new();
    for (i, &octet) in body.iter().enumerate() {
        let stuffing = octet == b'.' && (i == 0 || body[..i].ends_with(b"\r\n"));
        if !stuffing {
            message.push(octet);
        }
    }
    let bare = |(i, &octet): (usize, &u8)| match octet {
        b'\r' => message.get(i + 1) != Some(&b'\n'),
        b'\n' => i == 0 || message[i - 1] != b'\r',
        octet => octet == 0,
    };
    let long = |line: &[u8]| line.len() > TEXT_LINE_OCTETS_MAX;
    let fault = if message.iter().enumerate().any(bare) {
        Some(DataFault::BareLineEnd)
    } else if message.len() > octets_max {
        Some(DataFault::TooLarge { octets_max })
    } else if message.split(|b| *b == b'\n').any(|l| long(l.strip_suffix(b"\r").unwrap_or(l))) {
        Some(DataFault::LineTooLong)
    } else {
        None
    };
    Some((fault.map_or(Ok(message), Err), end + 3))
}

fn receive(pieces: &[&[u8]], octets_max: usize) -> Option<(Result<Vec<u8>, DataFault>, usize)> {
    let mut receiver = DataReceiver::new(octets_max, 10);
    let mut used = 0;
    for piece in pieces {
        let mut input = *piece;
        let done = receiver.feed(&mut input);
        used += piece.len() - input.len();
        if done {
            return Some((receiver.finish(), used));
        }
        assert!(receiver.held() <= octets_max);
    }
    None
}

fn message(input: &[u8]) -> Result<Vec<u8>, DataFault> {
    receive(&[input], 10_000).expect("no end found").0
}

#[test]
fn stuffed_dots_are_removed_and_no_other() {
    assert_eq!(message(b".\r\n").unwrap(), b"");
    assert_eq!(message(b"..\r\n.\r\n").unwrap(), b".\r\n");
    assert_eq!(message(b"..x\r\n...\r\na.b.\r\n.\r\n").unwrap(), b".x\r\n..\r\na.b.\r\n");
    assert_eq!(message(b".x\r\n. \r\n.\r\n").unwrap(), b"x\r\n \r\n");
}

#[test]
fn every_false_end_is_read_over_and_the_message_refused() {
    let ends: [&[u8]; 12] = [
        b"\n.\n",
        b"\n.\r\n",
        b"\r\n.\n",
        b"\r.\r",
        b"\r.\r\n",
        b"\r\n.\r",
        b"\r\n.\0\r\n",
        b"\r\n\0.\r\n",
        b"\r\n..\r\r\n",
        b"\n\r.\n\r",
        b"\r\n.\r\r\n",
        b"\r\r\n.\r.\r\n",
    ];
    for end in ends {
        let input = [b"a", end, b"MAIL FROM:<x@y>\r\n\r\n.\r\nQUIT\r\n"].concat();
        let (result, used) = receive(&[&input], 10_000).unwrap();
        assert_eq!(result, Err(DataFault::BareLineEnd), "{end:?}");
        assert_eq!(&input[used..], b"QUIT\r\n", "{end:?}");
    }
}

#[test]
fn message_of_the_limit_is_taken_and_one_octet_more_is_not() {
    let input = [&b"a\r\n".repeat(10)[..], b".\r\n"].concat();
    assert_eq!(receive(&[&input], 30).unwrap().0.unwrap().len(), 30);
    let octets_max = 29;
    let fault = receive(&[&input], 29).unwrap().0;
    assert_eq!(fault, Err(DataFault::TooLarge { octets_max }));
}

#[test]
fn line_of_998_octets_is_taken_and_one_octet_more_is_not() {
    for (octets, taken) in [(998, true), (999, false), (50_000, false)] {
        for dot in ["", "."] {
            let content = [".".repeat(dot.len()), "x".repeat(octets - dot.len())].concat();
            let input = format!("{dot}{content}\r\nnext\r\n.\r\n");
            let result = receive(&[input.as_bytes()], 100_000).unwrap().0;
            assert_eq!(result.is_ok(), taken, "{octets}");
            assert!(taken || result == Err(DataFault::LineTooLong));
        }
    }
}

#[test]
fn shed_message_is_read_to_its_end_and_temporarily_refused() {
    let mut receiver = DataReceiver::new(1000, 1000);
    assert!(!receiver.feed(&mut &b"half"[..]));
    receiver.shed();
    assert_eq!(receiver.held(), 0);
    assert!(receiver.feed(&mut &b" a message\r\n.\r\n"[..]));
    assert_eq!(receiver.finish(), Err(DataFault::Shed));
}

fn octets() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        6 => Just(b"\r\n".to_vec()),
        4 => Just(b".".to_vec()),
        3 => Just(b"\r\n.".to_vec()),
        1 => Just(b"\r".to_vec()),
        1 => Just(b"\n".to_vec()),
        1 => Just(vec![0]),
        6 => Just(b"ab".to_vec()),
        1 => Just(vec![b'l'; 998]),
        2 => Just(b"\r\n.\r\n".to_vec()),
    ];
    proptest::collection::vec(token, 0..30).prop_map(|tokens| tokens.concat())
}

proptest! {
    #[test]
    fn any_cut_reads_as_the_obvious_reading(
        input in octets(), cuts in proptest::collection::vec(0usize..2000, 0..8),
        octets_max in prop_oneof![Just(20usize), Just(10_000)],
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|c| c % (input.len() + 1)).collect();
        cuts.extend([0, input.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|w| &input[w[0]..w[1]]).collect();
        let expected = obvious(&input, octets_max);
        prop_assert_eq!(receive(&pieces, octets_max), expected.clone());
        let single: Vec<&[u8]> = input.chunks(1).collect();
        prop_assert_eq!(receive(&single, octets_max), expected);
    }
}
