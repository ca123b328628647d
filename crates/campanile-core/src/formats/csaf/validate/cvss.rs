//! CVSS objects: the vector, what the other members repeat of it, and the scores it gives.

use std::str::FromStr;
use std::sync::LazyLock;

use foldhash::HashMap;

use super::tree::Node;

/// The metrics: abbreviation, member, values with what they are called in members.
const METRICS_2: &str = "\
AV accessVector N=NETWORK A=ADJACENT_NETWORK L=LOCAL
AC accessComplexity H=HIGH M=MEDIUM L=LOW
Au authentication M=MULTIPLE S=SINGLE N=NONE
C confidentialityImpact N=NONE P=PARTIAL C=COMPLETE
I integrityImpact N=NONE P=PARTIAL C=COMPLETE
A availabilityImpact N=NONE P=PARTIAL C=COMPLETE
E exploitability U=UNPROVEN POC=PROOF_OF_CONCEPT F=FUNCTIONAL H=HIGH ND=NOT_DEFINED
RL remediationLevel OF=OFFICIAL_FIX TF=TEMPORARY_FIX W=WORKAROUND U=UNAVAILABLE ND=NOT_DEFINED
RC reportConfidence UC=UNCONFIRMED UR=UNCORROBORATED C=CONFIRMED ND=NOT_DEFINED
CDP collateralDamagePotential N=NONE L=LOW LM=LOW_MEDIUM MH=MEDIUM_HIGH H=HIGH ND=NOT_DEFINED
TD targetDistribution N=NONE L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED
CR confidentialityRequirement L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED
IR integrityRequirement L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED
AR availabilityRequirement L=LOW M=MEDIUM H=HIGH ND=NOT_DEFINED";

const METRICS_3: &str = "\
AV attackVector N=NETWORK A=ADJACENT_NETWORK L=LOCAL P=PHYSICAL
AC attackComplexity H=HIGH L=LOW
PR privilegesRequired N=NONE L=LOW H=HIGH
UI userInteraction N=NONE R=REQUIRED
S scope U=UNCHANGED C=CHANGED
C confidentialityImpact N=NONE L=LOW H=HIGH
I integrityImpact N=NONE L=LOW H=HIGH
A availabilityImpact N=NONE L=LOW H=HIGH
E exploitCodeMaturity U=UNPROVEN P=PROOF_OF_CONCEPT F=FUNCTIONAL H=HIGH X=NOT_DEFINED
RL remediationLevel O=OFFICIAL_FIX T=TEMPORARY_FIX W=WORKAROUND U=UNAVAILABLE X=NOT_DEFINED
RC reportConfidence U=UNKNOWN R=REASONABLE C=CONFIRMED X=NOT_DEFINED
CR confidentialityRequirement L=LOW M=MEDIUM H=HIGH X=NOT_DEFINED
IR integrityRequirement L=LOW M=MEDIUM H=HIGH X=NOT_DEFINED
AR availabilityRequirement L=LOW M=MEDIUM H=HIGH X=NOT_DEFINED
MAV modifiedAttackVector N=NETWORK A=ADJACENT_NETWORK L=LOCAL P=PHYSICAL X=NOT_DEFINED
MAC modifiedAttackComplexity H=HIGH L=LOW X=NOT_DEFINED
MPR modifiedPrivilegesRequired N=NONE L=LOW H=HIGH X=NOT_DEFINED
MUI modifiedUserInteraction N=NONE R=REQUIRED X=NOT_DEFINED
MS modifiedScope U=UNCHANGED C=CHANGED X=NOT_DEFINED
MC modifiedConfidentialityImpact N=NONE L=LOW H=HIGH X=NOT_DEFINED
MI modifiedIntegrityImpact N=NONE L=LOW H=HIGH X=NOT_DEFINED
MA modifiedAvailabilityImpact N=NONE L=LOW H=HIGH X=NOT_DEFINED";

const METRICS_4: &str = "\
AV attackVector N=NETWORK A=ADJACENT L=LOCAL P=PHYSICAL
AC attackComplexity H=HIGH L=LOW
AT attackRequirements N=NONE P=PRESENT
PR privilegesRequired N=NONE L=LOW H=HIGH
UI userInteraction N=NONE P=PASSIVE A=ACTIVE
VC vulnConfidentialityImpact N=NONE L=LOW H=HIGH
VI vulnIntegrityImpact N=NONE L=LOW H=HIGH
VA vulnAvailabilityImpact N=NONE L=LOW H=HIGH
SC subConfidentialityImpact N=NONE L=LOW H=HIGH
SI subIntegrityImpact N=NONE L=LOW H=HIGH
SA subAvailabilityImpact N=NONE L=LOW H=HIGH
E exploitMaturity U=UNREPORTED P=PROOF_OF_CONCEPT A=ATTACKED X=NOT_DEFINED
CR confidentialityRequirement L=LOW M=MEDIUM H=HIGH X=NOT_DEFINED
IR integrityRequirement L=LOW M=MEDIUM H=HIGH X=NOT_DEFINED
AR availabilityRequirement L=LOW M=MEDIUM H=HIGH X=NOT_DEFINED
MAV modifiedAttackVector N=NETWORK A=ADJACENT L=LOCAL P=PHYSICAL X=NOT_DEFINED
MAC modifiedAttackComplexity H=HIGH L=LOW X=NOT_DEFINED
MAT modifiedAttackRequirements N=NONE P=PRESENT X=NOT_DEFINED
MPR modifiedPrivilegesRequired N=NONE L=LOW H=HIGH X=NOT_DEFINED
MUI modifiedUserInteraction N=NONE P=PASSIVE A=ACTIVE X=NOT_DEFINED
MVC modifiedVulnConfidentialityImpact N=NONE L=LOW H=HIGH X=NOT_DEFINED
MVI modifiedVulnIntegrityImpact N=NONE L=LOW H=HIGH X=NOT_DEFINED
MVA modifiedVulnAvailabilityImpact N=NONE L=LOW H=HIGH X=NOT_DEFINED
MSC modifiedSubConfidentialityImpact N=NEGLIGIBLE L=LOW H=HIGH X=NOT_DEFINED
MSI modifiedSubIntegrityImpact N=NEGLIGIBLE L=LOW H=HIGH S=SAFETY X=NOT_DEFINED
MSA modifiedSubAvailabilityImpact N=NEGLIGIBLE L=LOW H=HIGH S=SAFETY X=NOT_DEFINED
S Safety N=NEGLIGIBLE P=PRESENT X=NOT_DEFINED
AU Automatable N=NO Y=YES X=NOT_DEFINED
R Recovery A=AUTOMATIC U=USER I=IRRECOVERABLE X=NOT_DEFINED
V valueDensity D=DIFFUSE C=CONCENTRATED X=NOT_DEFINED
RE vulnerabilityResponseEffort L=LOW M=MODERATE H=HIGH X=NOT_DEFINED
U providerUrgency Clear=CLEAR Green=GREEN Amber=AMBER Red=RED X=NOT_DEFINED";

/// A metric of one version.
struct Metric {
    short: &'static str,
    member: &'static str,
    values: Vec<(&'static str, &'static str)>,
}

/// The metrics of a version, in the order of its vectors.
struct Metrics {
    all: Vec<Metric>,
    by_member: HashMap<&'static str, usize>,
}

static TABLES: LazyLock<[Metrics; 3]> =
    LazyLock::new(|| [METRICS_2, METRICS_3, METRICS_4].map(Metrics::read));

impl Metrics {
    fn read(table: &'static str) -> Self {
        let line = |line: &'static str| {
            let mut words = line.split(' ');
            let short = words.next().unwrap_or_default();
            let member = words.next().unwrap_or_default();
            Metric {
                short,
                member,
                values: words.filter_map(|word| word.split_once('=')).collect(),
            }
        };
        let all: Vec<_> = table.lines().map(line).collect();
        let by_member = all.iter().enumerate().map(|(at, metric)| (metric.member, at)).collect();
        Self { all, by_member }
    }
}

/// A version of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Scheme {
    V2,
    V3_0,
    V3_1,
    V4,
}

/// The members that hold CVSS objects.
pub(super) const MEMBERS: [&str; 3] = ["cvss_v2", "cvss_v3", "cvss_v4"];

/// A CVSS object with its vector taken apart.
pub(super) struct Cvss<'d> {
    pub(super) node: &'d Node<'d>,
    pub(super) scheme: Scheme,
    pub(super) vector: &'d str,
    metrics: Vec<(&'d str, &'d str)>,
}

/// What a vector gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scores {
    pub(super) base: f64,
    /// None in version 4, which has one score.
    pub(super) temporal: Option<f64>,
    /// None in version 4, which has one score.
    pub(super) environmental: Option<f64>,
}

impl<'d> Cvss<'d> {
    /// Reads the object that `content` has under one of [`MEMBERS`].
    pub(super) fn read(content: &'d Node<'d>, member: &str) -> Option<Self> {
        let node = content.get(member)?;
        let scheme = match (member, node.text("version")) {
            ("cvss_v2", _) => Scheme::V2,
            ("cvss_v3", Some("3.0")) => Scheme::V3_0,
            ("cvss_v3", _) => Scheme::V3_1,
            _ => Scheme::V4,
        };
        let vector = node.text("vectorString").unwrap_or_default();
        let metrics = vector.split('/').filter_map(|metric| metric.split_once(':'));
        let metrics = metrics.filter(|(name, _)| *name != "CVSS").collect();
        Some(Self { node, scheme, vector, metrics })
    }

    /// All CVSS objects of a rating.
    pub(super) fn all(content: &'d Node<'d>) -> impl Iterator<Item = Self> {
        MEMBERS.into_iter().filter_map(move |member| Self::read(content, member))
    }

    fn table(&self) -> &'static Metrics {
        let [two, three, four] = &*TABLES;
        match self.scheme {
            Scheme::V2 => two,
            Scheme::V3_0 | Scheme::V3_1 => three,
            Scheme::V4 => four,
        }
    }

    fn metric(&self, short: &str) -> Option<&'d str> {
        self.metrics.iter().find(|(name, _)| *name == short).map(|(_, value)| *value)
    }

    /// A metric that the vector has twice.
    pub(super) fn twice(&self) -> Option<&'d str> {
        let mut seen = Vec::with_capacity(self.metrics.len());
        self.metrics.iter().map(|(name, _)| *name).find(|name| {
            let twice = seen.contains(name);
            // A vector of honest length has fewer than 33.
            if seen.len() < 64 {
                seen.push(*name);
            }
            twice
        })
    }

    /// Members that say something else than the vector, each with what the vector says.
    pub(super) fn contradictions(&self) -> impl Iterator<Item = (&'d Node<'d>, String)> {
        let table = self.table();
        self.node.members().iter().filter_map(move |(name, value)| {
            let metric = table.all.get(*table.by_member.get(&**name)?)?;
            let given = value.as_text()?;
            let short = self.metric(metric.short)?;
            let meant = metric.values.iter().find(|(known, _)| *known == short);
            let meant = meant.map(|(_, word)| *word);
            // What the vector does not have it does not contradict, and a value that is none is
            // told by the test of the vector.
            let meant = meant?;
            (!given.eq_ignore_ascii_case(meant)).then(|| {
                let what = format!(
                    "`{name}` is {given}, and the vector says {meant}: make them agree, or leave \
                     the member out"
                );
                (value, what)
            })
        })
    }

    /// The vector, with what only members say added to it.
    fn whole_vector(&self) -> String {
        let prefix = match self.scheme {
            Scheme::V2 => "",
            Scheme::V3_0 => "CVSS:3.0/",
            Scheme::V3_1 => "CVSS:3.1/",
            Scheme::V4 => "CVSS:4.0/",
        };
        let mut metrics = Vec::new();
        for metric in &self.table().all {
            let of_member = || {
                let word = self.node.text(metric.member)?;
                let known = metric.values.iter().find(|(_, known)| *known == word);
                known.map(|(short, _)| *short)
            };
            if let Some(value) = self.metric(metric.short).or_else(of_member) {
                metrics.push(format!("{}:{value}", metric.short));
            }
        }
        format!("{prefix}{}", metrics.join("/"))
    }

    /// Scores of the vector alone; none when it is none.
    pub(super) fn scores(&self) -> Option<Scores> {
        scores(self.scheme, self.vector)
    }

    /// Scores of the vector and of what only members say.
    pub(super) fn scores_of_all(&self) -> Option<Scores> {
        scores(self.scheme, &self.whole_vector())
    }
}

fn scores(scheme: Scheme, vector: &str) -> Option<Scores> {
    match scheme {
        Scheme::V2 => {
            let vector = cvss::v2::Vector::from_str(vector).ok()?;
            Some(Scores {
                base: vector.score().value(),
                temporal: Some(vector.temporal_score().value()),
                environmental: Some(vector.environmental_score().value()),
            })
        }
        Scheme::V3_0 | Scheme::V3_1 => {
            let vector = cvss::v3::Vector::from_str(vector).ok()?;
            Some(Scores {
                base: vector.base_score().value(),
                temporal: Some(temporal(&vector)),
                environmental: Some(vector.environmental_score().value()),
            })
        }
        Scheme::V4 => {
            let vector = cvss::v4::Vector::from_str(vector).ok()?;
            Some(Scores { base: vector.score().value(), temporal: None, environmental: None })
        }
    }
}

/// The temporal score [CVSS 3.1 §7.2]; the crate has none.
fn temporal(vector: &cvss::v3::Vector) -> f64 {
    let exploit = vector.e.map_or(1.0, cvss::v3::metric::Metric::score);
    let remedy = vector.rl.map_or(1.0, cvss::v3::metric::Metric::score);
    let report = vector.rc.map_or(1.0, cvss::v3::metric::Metric::score);
    let score = vector.base_score().value() * exploit * remedy * report;
    cvss::v3::Score::new(score).roundup_for_version(vector.minor_version).value()
}

/// The word for a score of version 3 or 4.
pub(super) fn severity(score: f64) -> &'static str {
    match score {
        ..0.1 => "NONE",
        ..4.0 => "LOW",
        ..7.0 => "MEDIUM",
        ..9.0 => "HIGH",
        _ => "CRITICAL",
    }
}
