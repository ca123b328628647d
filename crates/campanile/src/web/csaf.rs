//! `/csaf/…`: the node as a CSAF provider [CSAF 2.0 §7], for what the viewer may see. Everything is
//! behind the client certificate: a feed of one team is not that of another.

use axum::Json;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use campanile_core::authz::Action;
use campanile_core::crypto::openpgp::sign_detached;
use campanile_core::model::time::Timestamp;
use campanile_core::model::tlp::Tlp;
use serde_json::{Value, json};

use super::auth::Visit;
use crate::app::advisories::provider::{Provided, file_name};
use crate::error::{Error, Result};
use crate::store::advisories::Stored;

/// Name of a feed in its address, its label here, and its label in the words of CSAF 2.0.
const FEEDS: [(&str, Option<Tlp>, &str); 6] = [
    ("clear", Some(Tlp::Clear), "WHITE"),
    ("green", Some(Tlp::Green), "GREEN"),
    ("amber", Some(Tlp::Amber), "AMBER"),
    // CSAF 2.0 has TLP 1, which knows no AMBER+STRICT: the next narrower one.
    ("amber-strict", Some(Tlp::AmberStrict), "RED"),
    ("red", Some(Tlp::Red), "RED"),
    ("unlabeled", None, "UNLABELED"),
];

/// `GET /.well-known/csaf/provider-metadata.json`
pub(super) async fn metadata(visit: Visit) -> Result<Json<Value>> {
    visit.needs(Action::SeeAdvisories)?;
    let public = visit.app.config.public_url();
    let key = visit.app.provider_key().await.ok();
    let newest = visit.app.newest_advisories(&visit.viewer, 1).await?;
    let updated = newest.first().map_or(visit.now, |one| one.revised_at);
    let feeds = FEEDS.iter().map(|(name, _, label)| {
        json!({
            "summary": format!("Advisories, {label}"),
            "tlp_label": label,
            "url": format!("{public}/csaf/feeds/{name}.json"),
        })
    });
    let keys = key.iter().map(|key| {
        json!({
            "fingerprint": key.fingerprint().to_string().replace(' ', "").to_ascii_uppercase(),
            "url": format!("{public}/csaf/key.asc"),
        })
    });
    Ok(Json(json!({
        "canonical_url": format!("{public}/.well-known/csaf/provider-metadata.json"),
        "distributions": [{ "rolie": { "feeds": feeds.collect::<Vec<_>>() } }],
        "last_updated": updated,
        "list_on_CSAF_aggregators": false,
        "metadata_version": "2.0",
        "mirror_on_CSAF_aggregators": false,
        "public_openpgp_keys": keys.collect::<Vec<_>>(),
        "publisher": {
            "category": "coordinator",
            "name": visit.app.config.network.name,
            "namespace": public,
        },
        "role": "csaf_trusted_provider",
    })))
}

/// `GET /csaf/feeds/{feed}`: a ROLIE feed [RFC 8322, CSAF 2.0 §7.1.15].
pub(super) async fn feed(visit: Visit, Path(feed): Path<String>) -> Result<Json<Value>> {
    visit.needs(Action::SeeAdvisories)?;
    let found = FEEDS.iter().find(|(name, ..)| feed.strip_suffix(".json") == Some(*name));
    let (name, label, words) = found.ok_or_else(|| {
        Error::not_found("there is no such feed").hint("provider-metadata.json lists them")
    })?;
    let public = visit.app.config.public_url();
    let own = format!("{public}/csaf/feeds/{name}.json");
    let found = visit.app.provided(&visit.viewer, *label).await?;
    let updated = found.iter().map(|one| one.revised_at).max().unwrap_or(visit.now);
    Ok(Json(json!({
        "feed": {
            "id": format!("csaf-feed-{name}"),
            "title": format!("Advisories of {}, {words}", visit.app.config.network.name),
            "link": [{ "rel": "self", "href": own }],
            "category": [
                { "scheme": "urn:ietf:params:rolie:category:information-type", "term": "csaf" }
            ],
            "updated": updated,
            "entry": found.iter().map(|one| entry(&public, one)).collect::<Vec<_>>(),
        }
    })))
}

fn entry(public: &str, one: &Stored) -> Value {
    let document = format!("{public}/csaf/documents/{}/{}", one.id, file_name(&one.number));
    let link = |rel: &str, end: &str| json!({ "rel": rel, "href": format!("{document}{end}") });
    let first: Timestamp = one.published_at.unwrap_or(one.revised_at);
    json!({
        "id": one.number,
        "title": one.title,
        "link": [
            link("self", ""), link("hash", ".sha256"), link("hash", ".sha512"),
            link("signature", ".asc"),
        ],
        "published": first,
        "updated": one.changed_at.unwrap_or(one.revised_at),
        "content": { "type": "application/json", "src": document },
        "format": {
            "schema": "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json",
            "version": "2.0",
        },
    })
}

/// `GET /csaf/documents/{advisory}/{file}`: the document, a digest of it, or its signature.
pub(super) async fn document(
    visit: Visit,
    Path((advisory, file)): Path<(String, String)>,
) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    let Provided { name, octets } = visit.app.provided_document(&visit.viewer, &advisory).await?;
    let what = file.strip_prefix(name.as_str()).ok_or_else(absent)?;
    let digest = |octets: &[u8]| {
        let digits: String = octets.iter().map(|octet| format!("{octet:02x}")).collect();
        format!("{digits}  {name}\n").into_bytes()
    };
    let (media_type, octets) = match what {
        "" => ("application/json", octets),
        ".sha256" => ("text/plain", digest(&openssl::sha::sha256(&octets))),
        ".sha512" => ("text/plain", digest(&openssl::sha::sha512(&octets))),
        ".asc" => {
            let key = visit.app.provider_key().await?;
            let signature = sign_detached(&octets, &key, visit.now);
            let signature = signature.map_err(|source| {
                Error::internal("the document cannot be signed").source(source)
            })?;
            ("application/pgp-signature", signature)
        }
        _ => return Err(absent()),
    };
    Ok(([(header::CONTENT_TYPE, media_type)], octets).into_response())
}

fn absent() -> Error {
    Error::not_found("there is no such document").hint("the feeds list them")
}

/// `GET /csaf/key.asc`: what signatures are verified with.
pub(super) async fn key(visit: Visit) -> Result<Response> {
    visit.needs(Action::SeeAdvisories)?;
    let key = visit.app.provider_key().await?;
    let armored = key.certificate().armored();
    Ok(([(header::CONTENT_TYPE, "application/pgp-keys")], armored).into_response())
}
