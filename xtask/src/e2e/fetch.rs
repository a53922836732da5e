//! Programs that download packages: what they complain about is shown without addresses.

use std::process::Command;

use anyhow::{Result, anyhow};

use crate::tools::command;

/// Runs a program quietly; its error has the program's own words, addresses cut out.
///
/// # Errors
/// As [`command::run_quietly`].
pub fn run(command: &mut Command) -> Result<()> {
    match command::run_quietly(command) {
        Ok(_) => Ok(()),
        Err(error) => Err(anyhow!("{}", without_addresses(&format!("{error:#}")))),
    }
}

/// The text with every URL, and every name behind `host=`, `host:` and `resolve`, replaced.
fn without_addresses(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut before = "";
    for chunk in text.split_inclusive(char::is_whitespace) {
        let word = chunk.trim_end();
        let is_name = matches!(before, "host:" | "resolve") && word != "host:";
        let hides = word.contains("://") || word.contains("host=") || is_name;
        shown.push_str(if hides { "<address>" } else { word });
        shown.push_str(&chunk[word.len()..]);
        if !word.is_empty() {
            before = word;
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_out_and_the_rest_stays() {
        assert_eq!(
            without_addresses(
                "cannot fetch https://user:word@registry.example/x (offline),\n  try (host='a.b')"
            ),
            "cannot fetch <address> (offline),\n  try <address>"
        );
        assert_eq!(
            without_addresses("Could not resolve host: a.example; Failed to resolve 'a.example' (x)"),
            "Could not resolve host: <address> Failed to resolve <address> (x)"
        );
        assert_eq!(without_addresses(" no address\n"), " no address\n");
    }
}
