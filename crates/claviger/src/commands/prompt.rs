//! Asking the operator.

use std::io::{IsTerminal, Write};

use anyhow::bail;
use claviger_domain::{Secret, trimmed};

/// Asks before something is destroyed, telling the loss. `yes` answers in advance.
pub(super) fn confirm(yes: bool, loss: &str) -> anyhow::Result<()> {
    if yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() {
        bail!("{loss} Go on? Nobody is there to answer: add --yes if it is meant");
    }
    eprint!("{loss} Go on? [y/N] ");
    std::io::stderr().flush()?;
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer)?;
    if matches!(answer.trim().to_lowercase().as_str(), "y" | "yes") {
        Ok(())
    } else {
        bail!("nothing was changed")
    }
}

/// Asks for the passphrase of the master key, which does not show; without a terminal it is the first line of standard input.
pub(super) fn read_passphrase(question: &str) -> anyhow::Result<Secret> {
    if std::io::stdin().is_terminal() {
        return Ok(Secret::new(rpassword::prompt_password(question)?.trim()));
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(Secret::new(line.trim()))
}

/// A password given as an argument would show in the list of processes.
pub(super) fn read_password() -> anyhow::Result<Secret> {
    if std::io::stdin().is_terminal() {
        eprint!("The password (it shows as you type): ");
        std::io::stderr().flush()?;
    }
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    // As programs will send it.
    let password = trimmed(&line);
    anyhow::ensure!(!password.is_empty(), "standard input held no password");
    Ok(Secret::new(password))
}
