//! What the doctor says about listeners, proxies, the access log and traces.

use std::fs;

use serde_json::Value;

use crate::support::Server;
use crate::support::pipe::pipe;
use crate::support::server::claviger;

/// What the doctor says about something, level and words.
fn about(server: &Server, name: &str, more: &[&str], variables: &[(&str, &str)]) -> (String, String) {
    let mut command = claviger();
    command.args(["doctor", "--json", "--listen", "127.0.0.1:0"]).args(more).args(server.cli.data());
    command.envs(variables.iter().copied());
    let told = command.output().expect("it starts").stdout;
    let told: Value = serde_json::from_slice(&told).expect("JSON");
    let line = told
        .as_array()
        .expect("a list")
        .iter()
        .find(|line| line["check"] == name)
        .unwrap_or_else(|| panic!("no {name}: {told}"));
    let text = |field: &str| line[field].as_str().expect("a text").to_owned();
    (text("level"), text("text"))
}

#[test]
fn what_keeps_the_server_from_starting_is_a_problem() {
    let server = Server::start();
    let pipe_at = server.folder().join("pipe");
    pipe(&pipe_at);
    let (pipe_at, nowhere) = (pipe_at.to_str().expect("UTF-8"), server.folder().join("none/access.log"));
    let nowhere = nowhere.to_str().expect("UTF-8");
    for (name, more, variables, words) in [
        ("metrics_listen", &["--metrics-listen", "192.0.2.1:9"][..], &[][..], "cannot listen on 192.0.2.1:9"),
        ("access log", &["--access-log", nowhere], &[], "cannot be written"),
        ("access log", &["--access-log", pipe_at], &[], "cannot be written"),
        ("traces", &[], &[("OTEL_EXPORTER_OTLP_ENDPOINT", "foo")], "must be the address of a collector"),
        (
            "traces",
            &[],
            &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://a:1"), ("OTEL_BSP_SCHEDULE_DELAY", "0")],
            "must be from 10 to 3600000",
        ),
    ] {
        let (level, text) = about(&server, name, more, variables);
        assert!(level == "problem" && text.contains(words), "{name} {more:?}: {level} {text}");
    }
}

#[test]
fn what_is_well_is_told_and_nothing_is_made() {
    let server = Server::start();
    let place = server.folder().join("access.log");
    let shown = place.to_str().expect("UTF-8");
    let (level, text) = about(&server, "access log", &["--access-log", shown], &[]);
    assert_eq!((level.as_str(), text), ("ok", format!("{shown} will be made")));
    assert!(!place.exists());
    fs::write(&place, "one line\n").expect("a file");
    let (level, text) = about(&server, "access log", &["--access-log", shown], &[]);
    assert_eq!((level.as_str(), text), ("ok", format!("{shown}, writable")));
    assert_eq!(fs::read_to_string(&place).expect("the file"), "one line\n");
    let collector = ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:s3cret@collector:4318/x");
    let (level, text) = about(&server, "traces", &[], &[collector]);
    assert_eq!((level.as_str(), text.as_str()), ("ok", "go to http://collector:4318"));
}

#[test]
fn everybody_is_no_proxy() {
    let server = Server::start();
    for net in ["0.0.0.0/0", "::/0"] {
        let (level, text) = about(&server, "proxies", &["--trusted-proxies", net], &[]);
        assert!(level == "warning" && text.contains("everybody"), "{level} {text}");
    }
}
