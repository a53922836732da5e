//! What a server tells of itself at `/metrics`, read as Prometheus reads it.

use std::collections::BTreeMap;

use super::{Server, eventually, http, server::Process};

/// A page of metrics.
#[derive(Debug)]
pub struct Metrics {
    /// Kind and help of each family.
    pub families: BTreeMap<String, (String, String)>,
    /// Each sample as it is written, labels and all, with its value.
    pub samples: BTreeMap<String, f64>,
}

impl Metrics {
    /// Where a server tells its metrics, as its log says.
    pub fn address(server: &Server) -> String {
        Self::listening(&server.process)
    }

    /// As [`Metrics::address`], of a server that is no demo.
    pub fn listening(process: &Process) -> String {
        eventually("the log to tell of metrics", || {
            let log = process.stderr();
            let line = log.lines().find(|line| line.contains("telling metrics"))?;
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(line["address"].as_str().expect("an address").to_owned())
        })
    }

    /// Asks for the page as it is now.
    pub fn of(server: &Server) -> Self {
        Self::at(&Self::address(server))
    }

    /// As [`Metrics::of`], at an address.
    pub fn at(address: &str) -> Self {
        let reply = http::request(address, "GET", "/metrics", &[], b"");
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        Self::parse(reply.text())
    }

    /// Reads a page, and insists on the rules of the format.
    pub fn parse(text: &str) -> Self {
        let (mut families, mut samples) = (BTreeMap::new(), BTreeMap::new());
        let (mut current, mut help) = (String::new(), None);
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# HELP ") {
                let (name, words) = rest.split_once(' ').expect("a help");
                assert!(words.ends_with('.') && !words.contains('\\'), "{line}");
                help = Some((name.to_owned(), words.to_owned()));
            } else if let Some(rest) = line.strip_prefix("# TYPE ") {
                let (name, kind) = rest.split_once(' ').expect("a type");
                let (helped, words) = help.take().expect("a help before the type");
                assert_eq!(helped, name);
                assert_eq!(kind == "counter", name.ends_with("_total"), "{line}");
                let before = families.insert(name.to_owned(), (kind.to_owned(), words));
                assert!(before.is_none(), "{name} is told twice");
                current = name.to_owned();
            } else {
                let (name, value) = line.rsplit_once(' ').expect("a sample");
                let bare = name.split('{').next().unwrap_or(name);
                let suffix = bare.strip_prefix(&current).unwrap_or_else(|| panic!("{line} in {current}"));
                let histogram = families[&current].0 == "histogram";
                let fits = if histogram {
                    ["_bucket", "_sum", "_count"].contains(&suffix)
                } else {
                    suffix.is_empty()
                };
                assert!(fits, "{line} in {current}");
                let value: f64 = value.parse().expect("a number");
                assert!(samples.insert(name.to_owned(), value).is_none(), "{name} is told twice");
            }
        }
        Self { families, samples }
    }

    /// The value of a sample, written as on the page.
    pub fn get(&self, sample: &str) -> f64 {
        let found = self.samples.get(sample);
        *found.unwrap_or_else(|| panic!("there is no {sample} among {:#?}", self.samples.keys()))
    }

    /// Requests of a type and an outcome.
    pub fn requests(&self, api: &str, kind: &str, outcome: &str) -> f64 {
        let name = format!("claviger_requests_total{{api=\"{api}\",type=\"{kind}\",outcome=\"{outcome}\"}}");
        self.samples.get(&name).copied().unwrap_or_default()
    }
}
