//! The page of metrics, put together.

use claviger_capacity::{Counter as Places, Figures as Held, Gate};
use claviger_metrics::{Kind, Page};

use super::{process, requests};
use crate::{State, access_log, connections::Figures, tls};

/// Writes the page.
pub(super) async fn write(state: &State) -> String {
    let mut page = Page::new();
    page.family("claviger_build_info", Kind::Gauge, "Always 1; the label tells the release.");
    page.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    let help = "1 while the server is ready to serve, as /readyz tells it.";
    page.gauge("claviger_ready", help, u8::from(state.readiness.why_not().is_none()));
    requests::tell(&mut page);
    access_log::tell(&mut page);
    tell_connections(&mut page, state);
    tell_places(&mut page, state);
    tls::tell(&mut page);
    state.service.tell_metrics(&mut page).await;
    process::tell(&mut page);
    page.into_text()
}

fn tell_connections(page: &mut Page, state: &State) {
    page.gauge("claviger_connections", "Connections of clients.", state.connections.held());
    let Figures {
        accepted,
        over_share,
        reserved,
        refused,
        handshakes,
        gave_way,
        idle,
        slow_senders,
        slow_readers,
        shed,
    } = state.connections.figures();
    page.counter("claviger_connections_accepted_total", "Connections that were accepted.", accepted);
    let help = "Connections that were closed, or served only in part, and why.";
    page.family("claviger_connections_ended_total", Kind::Counter, help);
    for (why, count) in [
        ("over_share", over_share),
        ("reserved", reserved),
        ("refused", refused),
        ("handshakes", handshakes),
        ("gave_way", gave_way),
        ("idle", idle),
        ("slow_sender", slow_senders),
        ("slow_reader", slow_readers),
    ] {
        page.sample(&[("why", why)], count.get());
    }
    let help = "Requests that were not served, since too many were under way.";
    page.counter("claviger_requests_shed_total", help, shed);
}

/// What of all that is shared is held, waited for and refused.
fn tell_places(page: &mut Page, state: &State) {
    let gates = state.service.gates();
    let gates = [&state.requests.others].into_iter().chain(&gates).chain(&state.gates);
    let mut rows: Vec<(&str, usize, Held)> = gates.map(of_gate).collect();
    rows.push(of_counter("requests of programs", &state.requests.programs));
    page.family("claviger_places", Kind::Gauge, "How much there is of what is shared (docs/limits.md).");
    rows.iter().for_each(|(resource, all, _)| page.sample(&[("resource", resource)], all));
    page.family("claviger_places_held", Kind::Gauge, "How much of it is taken.");
    rows.iter().for_each(|(resource, _, held)| page.sample(&[("resource", resource)], held.held));
    page.family("claviger_places_waiting", Kind::Gauge, "How many wait for some of it.");
    rows.iter().for_each(|(resource, _, held)| page.sample(&[("resource", resource)], held.waiting));
    page.family("claviger_places_refused_total", Kind::Counter, "How often there was none for who asked.");
    rows.iter().for_each(|(resource, _, held)| page.sample(&[("resource", resource)], held.refused));
}

fn of_gate(gate: &Gate) -> (&'static str, usize, Held) {
    (gate.resource().row().name, gate.all(), gate.figures())
}

fn of_counter(name: &'static str, counter: &Places) -> (&'static str, usize, Held) {
    (name, counter.max(), Held { held: counter.held(), waiting: 0, refused: counter.refused() })
}
