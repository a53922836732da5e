//! What two pages of metrics tell of the time between them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::page::Page;
use crate::output::plain;

const APIS: [&str; 4] = ["client", "seller", "pages", "other"];
const REQUESTS: &str = "claviger_requests_total";
const TIMES: &str = "claviger_request_duration_seconds";
/// Shared things that are shown; a server has about 40.
const GATES_MAX: usize = 100;
const HASHES: &str = "claviger_password_hash_duration_seconds";

/// Two pages, and the time between them.
pub(super) struct Between<'a> {
    before: &'a Page,
    now: &'a Page,
    seconds: f64,
}

impl<'a> Between<'a> {
    /// A server that was started in between began to count anew.
    pub(super) fn new(before: &'a Page, now: &'a Page, time: Duration, nothing: &'a Page) -> Self {
        let began = |page: &Page| page.get("process_start_time_seconds");
        let before = if began(before) == began(now) { before } else { nothing };
        Self { before, now, seconds: time.as_secs_f64().max(0.001) }
    }

    /// How much a counter grew in a second.
    fn rate(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        ((self.now.sum(name, labels) - self.before.sum(name, labels)) / self.seconds).max(0.0)
    }

    /// The time below which this part of the requests was, in words.
    fn quantile(&self, name: &str, labels: &[(&str, &str)], part: f64) -> String {
        let before = self.before.buckets(name, labels);
        let counts = self.now.buckets(name, labels).into_iter().map(|(bound, count)| {
            let earlier = before.binary_search_by(|(known, _)| known.total_cmp(&bound));
            (bound, count - earlier.map_or(0.0, |at| before[at].1))
        });
        quantile(&counts.collect::<Vec<_>>(), part)
    }

    /// All of it, line by line: what matters most comes first.
    pub(super) fn lines(&self, source: &str) -> Vec<String> {
        let mut lines = self.server(source);
        lines.push(String::new());
        lines.extend(self.requests());
        lines.push(String::new());
        lines.extend(self.work());
        lines.push(String::new());
        lines.extend(self.gates());
        lines
    }

    fn server(&self, source: &str) -> Vec<String> {
        let now = |name| self.now.get(name).unwrap_or_default();
        let version = self.now.values("claviger_build_info", "version").next().unwrap_or("?");
        let ready = if now("claviger_ready") == 1.0 { "ready" } else { "NOT READY" };
        let today = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        let up = self.now.get("process_start_time_seconds").map_or("?".into(), |began| uptime(today - began));
        let cpu = self.rate("process_cpu_seconds_total", &[]) * 100.0;
        vec![
            format!("claviger {}  {}  {ready}  up {up}", plain(version), plain(source)),
            format!(
                "cpu {cpu:.1} %  memory {}  threads {}  descriptors {} of {}  connections {}",
                bytes(now("process_resident_memory_bytes")),
                now("process_threads"),
                now("process_open_fds"),
                now("process_max_fds"),
                now("claviger_connections"),
            ),
        ]
    }

    fn requests(&self) -> Vec<String> {
        let head = ["REQUESTS/S", "all", "p50", "p99", "refused", "limited", "busy", "errors"];
        let mut lines = vec![row(head.map(str::to_owned))];
        let all = [("all", vec![])];
        for (name, labels) in APIS.map(|api| (api, vec![("api", api)])).into_iter().chain(all) {
            let of = |outcome| {
                let labels = [&labels[..], &[("outcome", outcome)]].concat();
                per_second(self.rate(REQUESTS, &labels))
            };
            lines.push(row([
                name.to_owned(),
                per_second(self.rate(REQUESTS, &labels)),
                self.quantile(TIMES, &labels, 0.5),
                self.quantile(TIMES, &labels, 0.99),
                of("refused"),
                of("limited"),
                of("busy"),
                of("error"),
            ]));
        }
        lines
    }

    fn work(&self) -> Vec<String> {
        let now = |name| self.now.get(name).unwrap_or_default();
        let rate = |name, labels: &[(&str, &str)]| per_second(self.rate(name, labels));
        let hashing = [("resource", "hashing")];
        let [held, of, waiting] = ["claviger_places_held", "claviger_places", "claviger_places_waiting"]
            .map(|name| self.now.sum(name, &hashing));
        let sign_ins = self.rate("claviger_sign_ins_total", &[]);
        let signed_in = self.rate("claviger_sign_ins_total", &[("outcome", "ok")]);
        let arrived = [("outcome", "arrived")];
        let sent = self.rate("claviger_deliveries_total", &[]);
        let not_arrived = sent - self.rate("claviger_deliveries_total", &arrived);
        vec![
            format!(
                "sessions    {}  begun {}/s  removed {}/s",
                now("claviger_sessions"),
                rate("claviger_sessions_begun_total", &[]),
                rate("claviger_sessions_removed_total", &[]),
            ),
            format!(
                "sign-ins    ok {}/s  refused {}/s  guesses and floods {}/s",
                per_second(signed_in),
                per_second(sign_ins - signed_in),
                rate("claviger_guard_events_total", &[]),
            ),
            format!(
                "passwords   {}/s  p50 {}  p99 {}  threads {held} of {of}  waiting {waiting}",
                rate("claviger_password_hash_duration_seconds_count", &[]),
                self.quantile(HASHES, &[], 0.5),
                self.quantile(HASHES, &[], 0.99),
            ),
            self.database(),
            format!(
                "deliveries  waiting {}  arrived {}/s  failed {}/s  mails {}/s",
                now("claviger_deliveries_waiting"),
                rate("claviger_deliveries_total", &arrived),
                per_second(not_arrived),
                rate("claviger_mails_total", &[]),
            ),
        ]
    }

    fn database(&self) -> String {
        let kind = self.now.values("claviger_database_info", "kind").next().unwrap_or("?");
        let state = if self.now.get("claviger_database_outage") == Some(0.0) { "up" } else { "AWAY" };
        let size = |name| self.now.get(name).map_or_else(|| "?".into(), bytes);
        let wal = match self.now.get("claviger_database_wal_bytes") {
            Some(wal) => format!("  log {}", bytes(wal)),
            None => String::new(),
        };
        let queue = self.now.sum("claviger_database_queue", &[]);
        let size = size("claviger_database_size_bytes");
        format!("database    {} {state}  size {size}{wal}  waiting {queue}", plain(kind))
    }

    /// What is shared, the fullest first.
    fn gates(&self) -> Vec<String> {
        let mut gates: Vec<_> = self
            .now
            .values("claviger_places", "resource")
            .take(GATES_MAX)
            .map(|resource| {
                let labels = [("resource", resource)];
                let [of, held, waiting] =
                    ["claviger_places", "claviger_places_held", "claviger_places_waiting"]
                        .map(|name| self.now.sum(name, &labels));
                (resource, of, held, waiting, self.rate("claviger_places_refused_total", &labels))
            })
            .collect();
        let weight = |&(_, of, held, waiting, refused): &(_, f64, f64, f64, f64)| {
            refused * 1000.0 + waiting * 10.0 + held / of.max(1.0)
        };
        gates.sort_by(|one, other| weight(other).total_cmp(&weight(one)));
        let line = |name: &str, of: &str, held: &str, waiting: &str, refused: &str| {
            format!("{name:<30}{held:>10}{of:>10}{waiting:>10}{refused:>11}")
        };
        let mut lines = vec![line("SHARED", "of", "held", "waiting", "refused/s")];
        lines.extend(gates.iter().map(|(resource, of, held, waiting, refused)| {
            let [of, held, waiting] = [of, held, waiting].map(f64::to_string);
            line(&plain(resource), &of, &held, &waiting, &per_second(*refused))
        }));
        lines
    }
}

fn row(cells: [String; 8]) -> String {
    let [name, rest @ ..] = cells;
    rest.iter().fold(format!("{name:<10}"), |line, cell| format!("{line}{cell:>10}"))
}

fn per_second(rate: f64) -> String {
    if rate >= 100.0 { format!("{rate:.0}") } else { format!("{:.1}", rate.max(0.0)) }
}

/// The value below which this part is, by cumulated counts up to bounds, as Prometheus reckons: evenly within a bucket.
fn quantile(buckets: &[(f64, f64)], part: f64) -> String {
    let total = buckets.last().map_or(0.0, |(_, count)| *count);
    if total <= 0.0 {
        return "-".into();
    }
    let (wanted, mut lower, mut below) = (total * part, 0.0, 0.0);
    for &(bound, count) in buckets {
        if count >= wanted && count > below {
            return match bound.is_finite() {
                true => seconds(lower + (bound - lower) * (wanted - below) / (count - below)),
                false => format!("> {}", seconds(lower)),
            };
        }
        (lower, below) = (bound, count);
    }
    "-".into()
}

fn seconds(seconds: f64) -> String {
    match seconds * 1000.0 {
        ms if ms < 10.0 => format!("{ms:.2} ms"),
        ms if ms < 1000.0 => format!("{ms:.0} ms"),
        ms => format!("{:.1} s", ms / 1000.0),
    }
}

fn bytes(bytes: f64) -> String {
    let units = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    let fitting = units.iter().find(|(_, power)| bytes >= f64::from(1_u32 << power));
    fitting.map_or_else(
        || format!("{bytes:.0} B"),
        |(unit, power)| format!("{:.1} {unit}", bytes / f64::from(1_u32 << power)),
    )
}

fn uptime(seconds: f64) -> String {
    let seconds = seconds.max(0.0) as u64;
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60);
    format!("{days} d {hours:02}:{minutes:02}:{:02}", seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_prometheus() {
        let buckets = [(0.001, 0.0), (0.01, 50.0), (0.1, 90.0), (f64::INFINITY, 100.0)];
        assert_eq!(quantile(&buckets, 0.25), "5.50 ms");
        assert_eq!(quantile(&buckets, 0.5), "10 ms");
        assert_eq!(quantile(&buckets, 0.7), "55 ms");
        assert_eq!(quantile(&buckets, 0.99), "> 100 ms");
        assert_eq!(quantile(&[(1.0, 0.0), (f64::INFINITY, 0.0)], 0.5), "-");
        assert_eq!(quantile(&[], 0.5), "-");
    }

    #[test]
    fn numbers_are_told_shortly() {
        assert_eq!(
            [0.0, 512.0, 1536.0, 3.0 * 1024.0 * 1024.0].map(bytes),
            ["0 B", "512 B", "1.5 KiB", "3.0 MiB"]
        );
        assert_eq!([0.04, 99.94, 12_345.6].map(per_second), ["0.0", "99.9", "12346"]);
        assert_eq!(uptime(90_061.5), "1 d 01:01:01");
        assert_eq!([0.0004, 0.25, 2.5].map(seconds), ["0.40 ms", "250 ms", "2.5 s"]);
    }
}
