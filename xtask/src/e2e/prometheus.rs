//! A Prometheus that scrapes a server under load: alert rules say what they should to written courses of the metrics, and
//! every expression of the Grafana dashboard has an answer. Grafana itself is no package of the distribution.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::web::{ask, encoded};
use crate::server::{Demo, Server};
use crate::tools::daemon::{Daemon, Spec, StopWith};
use crate::tools::{apt, command, free_port, interrupt, workspace_root};

const RULES: &str = "deploy/prometheus/alerts.yml";
const RULES_TEST: &str = "e2e/prometheus/alerts_test.yml";
const DASHBOARD: &str = "deploy/grafana/claviger.json";
/// How long it may take to be ready, and until everything has an answer.
const LIMIT: Duration = Duration::from_secs(120);
/// Between two rounds of requests.
const PAUSE: Duration = Duration::from_millis(200);
/// What Grafana puts in the place of its variables.
const VARIABLES: [(&str, &str); 2] = [("$instance", ".*"), ("$__rate_interval", "15s")];

/// Checks the rules, then lets a Prometheus watch a server.
///
/// # Errors
/// When a rule or an expression is not as it should be.
pub fn run(claviger: &Path) -> Result<()> {
    if !["prometheus", "promtool"].iter().all(|tool| command::succeeds(Command::new(tool).arg("--version"))) {
        apt::install(&["prometheus"], "what Prometheus makes of the metrics")?;
    }
    let rules = check_rules()?;
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;
    let metrics = format!("127.0.0.1:{}", free_port().context("no free port on 127.0.0.1")?);
    let backups = folder.path().join("backups");
    fs::create_dir(&backups).context("cannot make a folder")?;
    let place = backups.to_str().context("the folder's name is no text")?;
    let more = ["--metrics-listen", &metrics, "--backup-place", place];
    let server = Server::start_with(claviger, folder.path(), &more)?;
    let mut watching = Watching::start(folder.path(), &metrics)?;
    answers(&mut watching, &server.demo)?;
    watching.rules_are_loaded(&rules)?;
    watching.daemon.stop().context("cannot stop Prometheus")?;
    server.stop()
}

/// Lets `promtool` try the rules; their names.
fn check_rules() -> Result<BTreeSet<String>> {
    let root = workspace_root();
    for (what, file) in [("check", RULES), ("test", RULES_TEST)] {
        let mut tool = Command::new("promtool");
        command::run_quietly(tool.args([what, "rules"]).arg(root.join(file)))?;
    }
    let names = |file: &str, word: &str| -> Result<BTreeSet<String>> {
        let text = fs::read_to_string(root.join(file)).with_context(|| format!("cannot read {file}"))?;
        let after = text.split(word).skip(1).filter_map(|rest| rest.split([',', '\n']).next());
        Ok(after.map(|name| name.trim().to_owned()).collect())
    };
    let (rules, tried) = (names(RULES, "alert: ")?, names(RULES_TEST, "alertname: ")?);
    ensure!(rules == tried, "{RULES} has {rules:?}, and {RULES_TEST} tries {tried:?}");
    Ok(rules)
}

/// A running Prometheus.
struct Watching {
    daemon: Daemon,
    authority: String,
}

impl Watching {
    fn start(folder: &Path, metrics: &str) -> Result<Self> {
        let settings = folder.join("prometheus.yml");
        let text = format!(
            "global: {{ scrape_interval: 1s, evaluation_interval: 1s }}\nrule_files: ['{}']\nscrape_configs:\n\
             - job_name: claviger\n  static_configs: [{{ targets: ['{metrics}'] }}]\n",
            workspace_root().join(RULES).display()
        );
        fs::write(&settings, text).context("cannot write the settings of Prometheus")?;
        let authority = format!("127.0.0.1:{}", free_port().context("no free port on 127.0.0.1")?);
        let daemon = Daemon::spawn(&Spec {
            name: "Prometheus".into(),
            program: "prometheus".into(),
            args: vec![
                format!("--config.file={}", settings.display()).into(),
                format!("--storage.tsdb.path={}", folder.join("prometheus").display()).into(),
                format!("--web.listen-address={authority}").into(),
            ],
            user: None,
            stop_with: StopWith::Terminate,
            folder: folder.into(),
            log: folder.join("prometheus.log"),
        })?;
        let mut watching = Self { daemon, authority };
        let start = Instant::now();
        while !ask(&watching.authority, "GET", "/-/ready", "").is_ok_and(|(status, _)| status == 200) {
            watching.go_on(start, "is not ready")?;
        }
        Ok(watching)
    }

    /// Waits a little, unless it has ended or the time is up.
    fn go_on(&mut self, start: Instant, complaint: &str) -> Result<()> {
        interrupt::check()?;
        self.daemon.check_running()?;
        if start.elapsed() > LIMIT {
            return Err(self.daemon.complaint(complaint));
        }
        thread::sleep(PAUSE);
        Ok(())
    }

    fn get(&self, path: &str) -> Result<Value> {
        let (status, body) = ask(&self.authority, "GET", path, "")?;
        ensure!(status == 200, "Prometheus answers {path} with {status}: {body}");
        let told: Value = serde_json::from_str(&body).with_context(|| format!("no JSON: {body}"))?;
        Ok(told["data"].clone())
    }

    /// Whether an expression gives a number.
    fn has_data(&self, expression: &str) -> Result<bool> {
        let told = self.get(&format!("/api/v1/query?query={}", encoded(expression)))?;
        let rows = told["result"].as_array().context("no rows")?;
        Ok(rows.iter().any(|row| row["value"][1].as_str().is_some_and(|number| number != "NaN")))
    }

    fn rules_are_loaded(&self, names: &BTreeSet<String>) -> Result<()> {
        let told = self.get("/api/v1/rules")?;
        let groups = told["groups"].as_array().context("no groups of rules")?;
        let rules: Vec<&Value> =
            groups.iter().filter_map(|group| group["rules"].as_array()).flatten().collect();
        for rule in &rules {
            ensure!(rule["health"] == "ok", "a rule is not evaluated: {rule}");
            ensure!(rule["state"] != "firing", "a server that is well has an alert: {rule}");
        }
        let loaded: BTreeSet<String> =
            rules.iter().filter_map(|rule| rule["name"].as_str()).map(str::to_owned).collect();
        ensure!(loaded == *names, "Prometheus has {loaded:?}");
        Ok(())
    }
}

/// Sends requests until every expression of the dashboard has data.
fn answers(watching: &mut Watching, demo: &Demo) -> Result<()> {
    let mut left = expressions()?;
    let start = Instant::now();
    let mut round = 0;
    while !left.is_empty() {
        send(demo, round)?;
        round += 1;
        let mut without = Vec::new();
        for (panel, expression) in left {
            if !watching.has_data(&expression).with_context(|| format!("{panel}: {expression}"))? {
                without.push((panel, expression));
            }
        }
        left = without;
        watching.go_on(start, &format!("has no data for {left:#?}"))?;
    }
    let nodes = watching.get("/api/v1/label/instance/values?match[]=claviger_build_info")?;
    ensure!(nodes.as_array().is_some_and(|nodes| nodes.len() == 1), "the dashboard can choose of {nodes}");
    Ok(())
}

/// The expressions of the dashboard with the titles of their panels.
fn expressions() -> Result<Vec<(String, String)>> {
    let text = fs::read_to_string(workspace_root().join(DASHBOARD)).context("cannot read the dashboard")?;
    let dashboard: Value = serde_json::from_str(&text).context("the dashboard is no JSON")?;
    let mut found = Vec::new();
    collect(&dashboard, &mut found);
    ensure!(!found.is_empty(), "the dashboard has no expressions");
    if let Some((panel, expression)) = found.iter().find(|(_, expression)| expression.contains('$')) {
        bail!("{panel}: a variable that this does not know: {expression}");
    }
    Ok(found)
}

fn collect(panel: &Value, found: &mut Vec<(String, String)>) {
    let title = panel["title"].as_str().unwrap_or_default();
    for expression in
        panel["targets"].as_array().into_iter().flatten().filter_map(|target| target["expr"].as_str())
    {
        let filled =
            VARIABLES.iter().fold(expression.to_owned(), |text, (name, value)| text.replace(name, value));
        found.push((title.to_owned(), filled));
    }
    panel["panels"].as_array().into_iter().flatten().for_each(|panel| collect(panel, found));
}

/// Programs, bots and people, well and in vain.
fn send(demo: &Demo, round: usize) -> Result<()> {
    let client = |fields: &[(&str, &str)]| -> Result<Value> {
        let named = [("name", &*demo.app_name), ("ownerid", &*demo.owner_id)];
        let form: Vec<String> =
            fields.iter().chain(&named).map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let (_, body) = ask(demo.authority(), "POST", "/api/1.2/", &form.join("&"))?;
        serde_json::from_str(&body).with_context(|| format!("no JSON: {body}"))
    };
    let begun = client(&[("type", "init"), ("ver", &demo.app_version)])?;
    let id = begun["sessionid"].as_str().with_context(|| format!("no session: {begun}"))?.to_owned();
    client(&[("type", "init"), ("ver", "0.0")])?;
    if let Some(license) = demo.licenses.get(round) {
        client(&[("type", "license"), ("sessionid", &id), ("key", license), ("hwid", "a-device")])?;
    }
    client(&[
        ("type", "login"),
        ("sessionid", &id),
        ("username", "nobody"),
        ("pass", "x"),
        ("hwid", "a-device"),
    ])?;
    client(&[("type", "check"), ("sessionid", &id)])?;
    client(&[("type", "logout"), ("sessionid", &id)])?;
    let seller = format!("/api/seller/?sellerkey={}&type=", demo.seller_key);
    for path in [&*format!("{seller}stats"), "/api/seller/?sellerkey=none&type=stats", "/dashboard/-/sign-in"]
    {
        ask(demo.authority(), "GET", path, "")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dashboard_has_expressions_in_which_nothing_is_left_open() {
        let found = expressions().unwrap();
        assert!(found.len() > 30, "{found:?}");
        assert!(
            found
                .iter()
                .all(|(_, expression)| expression.contains("claviger_") || expression.contains("process_"))
        );
    }
}
