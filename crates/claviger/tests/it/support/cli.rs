//! The command line of an operator, on the folder or database of a server.

use std::io::Write as _;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use super::server::claviger;

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Outcome {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Outcome {
    fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("output in UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// Runs commands on one data folder.
#[derive(Debug, Clone)]
pub struct Cli {
    /// Added to every command.
    data: Vec<String>,
}

impl Cli {
    pub fn new(data_dir: &Path, database: Option<&str>) -> Self {
        let mut data = vec!["--data-dir".to_owned(), data_dir.to_str().expect("a path in UTF-8").to_owned()];
        if let Some(url) = database {
            data.extend(["--database".to_owned(), url.to_owned()]);
        }
        Self { data }
    }

    /// What is added to every command.
    pub fn data(&self) -> &[String] {
        &self.data
    }

    /// Runs a command, whatever comes of it.
    pub fn run(&self, args: &[&str]) -> Outcome {
        Outcome::of(claviger().args(args).args(&self.data).output().expect("the program starts"))
    }

    /// Runs a command that must succeed and returns what it printed.
    pub fn ok(&self, args: &[&str]) -> String {
        let outcome = self.run(args);
        assert_eq!(outcome.code, Some(0), "{args:?}: {outcome:?}");
        outcome.stdout
    }

    /// Runs a command with something on its standard input, whatever comes of it.
    pub fn run_with_input(&self, args: &[&str], input: &str) -> Outcome {
        let mut command = claviger();
        command
            .args(args)
            .args(&self.data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("standard input");
        stdin.write_all(input.as_bytes()).expect("the program reads");
        drop(stdin);
        Outcome::of(child.wait_with_output().expect("our child"))
    }

    /// Runs a command that must succeed, with something on its standard input.
    pub fn ok_with_input(&self, args: &[&str], input: &str) {
        let outcome = self.run_with_input(args, input);
        assert_eq!(outcome.code, Some(0), "{args:?}: {outcome:?}");
    }

    /// Runs a command that must succeed and print JSON, and nothing else, to standard output.
    pub fn json(&self, args: &[&str]) -> Value {
        let text = self.ok(args);
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{args:?}: {error}: {text}"))
    }

    /// Runs a command that must fail with a sentence, and returns the sentence.
    pub fn fails(&self, args: &[&str]) -> String {
        let outcome = self.run(args);
        assert_refused(outcome.code, &outcome.stderr);
        outcome.stderr
    }
}

/// The program ended with a failure of its own choosing and said why to a person.
pub fn assert_refused(code: Option<i32>, stderr: &str) {
    assert!(matches!(code, Some(1 | 2)), "exit code {code:?}: {stderr}");
    assert!(stderr.split_whitespace().count() >= 3, "not a sentence: {stderr:?}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}
