//! Documents made up in the shape of those of five issuers, with everything that is read.

pub(super) const JULIA: &str = r#"```toml
schema_version = "1.8.0"
id = "JLSEC-2026-1"
modified = 2026-07-23T22:21:26.455Z
published = 2026-07-14T21:41:35Z
upstream = ["CVE-2026-1001", "GHSA-wh98-p28r-vrc9"]
references = ["https://a.example/x", {type = "FIX", url = "https://a.example/CVE-2026-1001"}]
credits = ["Ada Lovelace <ada@a.example>", {name = "Grace", contact = ["https://a.example"]}]

[[severity]]
type = "CVSS_V2"
score = "AV:N/AC:M/Au:N/C:N/I:N/A:P"
source = "NVD"
[[severity]]
type = "CVSS_V3"
score = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H"

[[affected]]
pkg = "Bell_jll"
ranges = ["< 4.3.1+0", ">= 5.0.0, < 5.1.0+0"]
[[affected]]
pkg = "Tower"
ranges = ["*"]
```

# A bell rings twice

Text.
"#;

pub(super) const HASKELL: &str = r#"```toml
[advisory]
id = "HSEC-2026-0001"
cwe = [200, 610]
aliases = ["CVE-2026-1002"]
related = ["CVE-2026-1003"]

[[affected]]
package = "bell"
cvss = "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N"
[[affected.versions]]
introduced = "0"
fixed = "6.2018"
[[affected.versions]]
introduced = "7.1"

[[affected]]
ghc-component = "rts"
cvss = "CVSS:3.0/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:N/A:N"

[[references]]
type = "FIX"
url = "https://a.example/1"
```

# *bell* rings

Text.
"#;

pub(super) const OCAML: &str = r#"```
id: OSEC-2026-01
modified: "2026-02-27T09:30:00Z"
published: "2026-02-17T13:30:00Z"
aliases: [ CVE-2026-1004 ]
severity: "CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:H/I:L/A:N"
severity_score: "6.8 (Medium)"
affected: "bell" {< "4.14.3" | (>= "5" & < "5.4.1")}
events: [ git "https://a.example/bell" [ [fixed "b0a2"] ] ]
references: [ [report "https://a.example/1"] ]
credits: [
  [reporter "Ada" [ "mailto:ada@a.example" ]]
  [coordinator "Grace"]
]
cwe: [ CWE-126 CWE-502 ]
affected_bindings: [ "Bell.ring" ]
```

# A bell is read beyond its end

## Details

```
let ring () = ()
```
"#;

pub(super) const OPENSTACK: &str = r"date: 2026-03-27

id: OSSA-2026-002

title: 'Bells crash'

description: >
  Ada reported a vulnerability in Bell.

affected-products:
  - product: bell
    version: '<26.0.1, ==27.0.0'

vulnerabilities:
  - cve-id: CVE-2026-1005 (client to proxy)
    impact-assessment:
      source: 'Red Hat Product Security'
      rating: moderate
      assessment:
        type: CVSS2
        score: 5.0
        detail: AV:N/AC:L/Au:N/C:N/I:N/A:P
    classification: {source: x, type: CWE, detail: TODO}
  - cve-id: CVE-2026-pending

reporters:
  - name: Ada
    affiliation: Analytical
    reported: [CVE-2026-1005]

issues:
  links: ['https://a.example/1']
  type: launchpad

reviews:
  essex: ['https://a.example/2']
  type: gerrit

errata_history:
  - 2026-04-01 - Errata 1
  - 2026-03-27 - Original Version
";

pub(super) const PRESTA: &str = r#"---
layout: post
title: "[CVE-2026-1006] A bell in bellmodule"
categories: modules
author:
- Ada
- Friends-Of-Presta.org
meta: "CVE,PrestaShop,bellmodule"
severity: "critical (9.8), GDPR violation"
---

In the module "Bell" a guest can ring.

## Summary

* **CVE ID**: [CVE-2026-1006](https://a.example/?name=CVE-2026-9999)
* **Published at**: 2026-06-15
* **Advisory source**: [Bell](https://github.com/a/b/security/advisories/GHSA-wh98-p28r-vrc9)
* **Product**: bellmodule
* **Impacted release**: < 2.4.3 (2.4.3 fixed the vulnerability)
* **Product author**: Bell
* **Weakness**: [CWE-89](https://a.example/89.html)

## Description

Text.

## CVSS base metrics

* **Attack vector**: network

**Vector string**: [CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H](https://a.example/?vector=AV:N)

## Patch from 2.4.2

```diff
## no heading
```

## Other recommendations

* Upgrade.

## Links

* [Page](https://a.example/1)
"#;
