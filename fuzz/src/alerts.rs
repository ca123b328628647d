//! Documents of alerts.

use campanile_core::formats::iodef::{Encoding, WriteContext, read, write};
use campanile_core::formats::{json, xml};
use campanile_core::model::time::Timestamp;

/// 2026-11-21T18:40:00Z: every run sees the same time.
const NOW: Timestamp = Timestamp::from_seconds(1_795_286_400);

/// Reading ends; what is read can be written in every encoding and read again.
pub fn iodef_xml(data: &[u8]) {
    let _ = xml::read(data);
    alert(data);
}

/// As [`iodef_xml`].
pub fn iodef_json(data: &[u8]) {
    let _ = json::read(data);
    alert(data);
}

fn alert(data: &[u8]) {
    let Ok((alert, _)) = read(data, NOW) else { return };
    for encoding in Encoding::ALL {
        let written = write(&alert, *encoding, &WriteContext::plain(NOW));
        let (again, _) = read(&written, NOW).expect("what we wrote reads");
        assert_eq!((&again.id, again.tlp), (&alert.id, alert.tlp));
        assert_eq!(again.description, alert.description);
        assert_eq!(again.recommendation, alert.recommendation);
    }
}
