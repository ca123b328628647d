//! The form and the sending with the keyboard alone.

use fantoccini::key::Key;
use serde_json::json;

use super::Site;
use crate::support::browser::Browser;

/// Most presses of the tabulator on the way to anything.
const TABS_MAX: usize = 80;

/// Goes on with the tabulator until something that fits has the focus; it is always seen where the
/// focus is.
async fn tab_to(browser: &Browser, css: &str) {
    for _ in 0..TABS_MAX {
        // By the browser's own protocol: keys that are sent to a field for files name a file.
        for kind in ["rawKeyDown", "keyUp"] {
            let tab = json!({ "type": kind, "key": "Tab", "windowsVirtualKeyCode": 9 });
            browser.devtools("Input.dispatchKeyEvent", tab).await;
        }
        let script = format!(
            "const e = document.activeElement, s = getComputedStyle(e); \
             return [e.matches({css:?}), s.outlineStyle !== 'none', e.outerHTML.slice(0, 200)]"
        );
        let found = browser.run(&script).await;
        assert_eq!(found[1], true, "the focus is not seen on {}", found[2]);
        if found[0] == true {
            return;
        }
    }
    panic!("the tabulator does not lead to {css}");
}

async fn keys(browser: &Browser, keys: &str) {
    browser.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
}

#[tokio::test]
async fn document_is_read_with_the_keyboard_alone() {
    let Some(site) = Site::new().await else { return };
    let alpha = site.officer("ALPHA", false).await;
    let alert = "id = \"1\"\ndescription = \"A worm spreads.\"\n";
    let alert = site.toy.program.file("alert.toml", alert);
    site.toy.program.ok(&["alert", "send", &alert, "--team", "BRAVO"]);
    let export = ["alert", "export", "BRAVO-1", "--format", "iodef-json"];
    let document = site.toy.program.file("alert.json", site.toy.program.ok(&export));
    alpha.open(&site.url("/alerts/new")).await;
    tab_to(&alpha, "main > details summary").await;
    keys(&alpha, &Key::Enter.to_string()).await;
    tab_to(&alpha, "#f-document").await;
    // The window of the system that chooses a file is not ours.
    keys(&alpha, &document).await;
    tab_to(&alpha, "form[enctype] button").await;
    keys(&alpha, &Key::Enter.to_string()).await;
    let text = alpha.text().await;
    assert!(text.contains("The form below says what the document says (IODEF in JSON)"), "{text}");
    tab_to(&alpha, "#f-description").await;
    let typed = alpha.run("return document.activeElement.value").await;
    assert_eq!(typed, "A worm spreads.");
}

#[tokio::test]
async fn alert_is_written_and_sent_with_the_keyboard_alone() {
    let Some(site) = Site::new().await else { return };
    let alpha = site.officer("ALPHA", true).await;
    alpha.open(&site.url("/alerts/new")).await;
    tab_to(&alpha, ".skip").await;
    keys(&alpha, &Key::Enter.to_string()).await;
    tab_to(&alpha, "#f-id").await;
    keys(&alpha, "-a").await;
    tab_to(&alpha, "#f-exercise").await;
    keys(&alpha, " ").await;
    tab_to(&alpha, "#f-description").await;
    keys(&alpha, "A worm spreads.").await;
    tab_to(&alpha, "[name=tlp]:checked").await;
    keys(&alpha, &Key::Up.to_string()).await;
    tab_to(&alpha, "#f-severity").await;
    keys(&alpha, "high").await;
    // Enter in a field of one line is the preview, never the first button on the way.
    tab_to(&alpha, "#f-related").await;
    keys(&alpha, &Key::Enter.to_string()).await;
    let text = alpha.text().await;
    for part in ["Preview of ALPHA-", "EXERCISE", "TLP:GREEN", "Severity HIGH", "A worm spreads."] {
        assert!(text.contains(part), "{part} in {text}");
    }
    tab_to(&alpha, "button[name=confirmed]").await;
    keys(&alpha, &Key::Enter.to_string()).await;
    assert!(alpha.text().await.contains("0 of 3 acknowledged"));
    assert_eq!(site.toy.copies(4).len(), 4);
}
