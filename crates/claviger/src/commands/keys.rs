//! `claviger keys`: the master keys, which encrypt secrets in the database.

use std::io::IsTerminal;

use anyhow::{bail, ensure};
use claviger_domain::Secret;
use claviger_service::{MasterKeySource, MasterKeyUse, Protection, Rotation, Service};
use serde_json::json;

use super::{
    prompt::{confirm, read_passphrase},
    run::{opened_by_hand, with_service},
};
use crate::{
    config::{Store, StoreArgs},
    output,
};

/// Characters of a passphrase at least: whoever steals the file may try as many as they like.
const PASSPHRASE_MIN: usize = 12;

/// What can be done with master keys.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the master keys, and how many values are encrypted under each
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Make another master key the one that encrypts, and encrypt everything under it while servers run; one that was
    /// interrupted goes on
    Rotate {
        /// Keys that are not in the file are lost: leave what was encrypted under them as it is, and forget a rotation to one
        #[arg(long)]
        keys_are_lost: bool,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Take a former master key out of the file; backups from before the rotation cannot be read without it
    Forget {
        /// Its name, as `keys list` shows it
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Protect the file by a passphrase, which each start asks for; what is not, where some of it is
    Protect,
    /// Lift the protection by a passphrase
    Unprotect,
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List { json } => list(store, json),
        Command::Rotate { keys_are_lost, yes, json } => rotate(store, keys_are_lost, yes, json),
        Command::Forget { name, yes } => forget(store, &name, yes),
        Command::Protect => protect(store),
        Command::Unprotect => unprotect(store),
    }
}

fn list(store: StoreArgs, json: bool) -> anyhow::Result<()> {
    let gap = Store::resolve(store.clone())?.master_key.gap();
    with_service(store, async move |service| {
        let (keys, unreadable) = service.master_keys().await?;
        let wanted = keys.first().filter(|key| !key.encrypts).map(|key| key.name.clone());
        let as_json =
            |key: &MasterKeyUse| json!({ "name": key.name, "encrypts": key.encrypts, "values": key.values });
        let cells = |key: MasterKeyUse| {
            let state = match (key.encrypts, wanted.as_ref() == Some(&key.name)) {
                (true, _) => "encrypts",
                (_, true) => "next",
                _ => "former",
            };
            [key.name, state.to_owned(), key.values.to_string()]
        };
        output::list(json, ["NAME", "STATE", "VALUES"], keys, cells, as_json)?;
        if unreadable > 0 {
            eprintln!(
                "claviger: {unreadable} values in the database are opened by none of these keys: the file of another node may \
                 hold theirs. Add its lines after those of this one, and replace no file"
            );
        }
        if let Some(gap) = gap {
            eprintln!("claviger: {gap}");
        }
        Ok(())
    })
}

fn rotate(store: StoreArgs, keys_are_lost: bool, yes: bool, json: bool) -> anyhow::Result<()> {
    confirm(
        yes,
        "Everything that is encrypted will be encrypted under another master key, also by the servers that run. Their file \
         will hold the former key too, for backups from before. Make a copy of it afterwards.",
    )?;
    let source = Store::resolve(store.clone())?.master_key;
    with_service(store, async move |service| {
        let told = std::sync::atomic::AtomicU64::new(0);
        let tell = |more: u64| {
            let all = told.fetch_add(more, std::sync::atomic::Ordering::Relaxed) + more;
            if std::io::stderr().is_terminal() {
                eprint!("\r{all} values are encrypted anew");
            }
        };
        let rotated = service.rotate_master_key(keys_are_lost, &tell).await?;
        if told.into_inner() > 0 && std::io::stderr().is_terminal() {
            eprintln!();
        }
        tell_rotated(&rotated, &source, json)
    })
}

fn tell_rotated(rotated: &Rotation, source: &MasterKeySource, json: bool) -> anyhow::Result<()> {
    let Rotation { from, to, resumed, encrypted, unreadable } = rotated;
    if json {
        return output::json(&json!({
            "from": from, "to": to, "resumed": resumed, "encrypted": encrypted, "unreadable": unreadable,
        }));
    }
    if *resumed {
        output::say(format_args!(
            "the rotation to {to} that was interrupted is finished: {encrypted} values were encrypted anew. No key was drawn; \
             run it again if you want another one"
        ));
    } else {
        let rest = match source.file_path() {
            Some(_) => {
                format!("`claviger keys forget {from}` takes it out. Copy the file to a safe place now")
            }
            None => {
                format!("take it out of {source} yourself. Keep a copy of what stands there in a safe place")
            }
        };
        output::say(format_args!(
            "{to} encrypts now, {encrypted} values were encrypted anew. {from} stays for backups from before: once you need \
             none of them, {rest}"
        ));
    }
    if *unreadable > 0 {
        eprintln!("claviger: {unreadable} values were left as they are: no key opens them");
    }
    Ok(())
}

fn forget(store: StoreArgs, name: &str, yes: bool) -> anyhow::Result<()> {
    confirm(yes, &format!("Backups from before the rotation cannot be used without the master key {name}."))?;
    with_service(store, async |service| {
        service.forget_master_key(name).await?;
        output::say(format_args!("{name} is gone from the file; destroy its other copies too"));
        Ok(())
    })
}

fn protect(store: StoreArgs) -> anyhow::Result<()> {
    let source = Store::resolve(store)?.master_key;
    ensure!(
        source.is_there(),
        "the master key {source} is not there: the first start of `claviger serve` makes it"
    );
    let source = match source.protection() {
        Protection::Whole => {
            bail!("the master key {source} is protected already: lift that with `claviger keys unprotect`")
        }
        // The rest of it, by the passphrase that opens some of it.
        Protection::Part if source.passphrase().is_some() => source,
        Protection::Part => {
            let passphrase = read_passphrase(&format!("Passphrase of the master key {source}: "))?;
            source.with_passphrase(Some(passphrase))
        }
        // Nobody is asked for one that is of no use: this says why.
        Protection::Nothing if source.file_path().is_none() => {
            return Ok(Service::protect_master_key(&source, None)?);
        }
        Protection::Nothing => {
            let passphrase = source.passphrase().cloned().map_or_else(new_passphrase, Ok)?;
            source.with_passphrase(Some(long_enough(passphrase)?))
        }
    };
    Service::protect_master_key(&source, source.passphrase())?;
    output::say(format_args!(
        "{source} is protected: the next start asks for the passphrase, or reads it where --master-passphrase-file, \
         CLAVIGER_MASTER_PASSPHRASE or the credential master_passphrase says. Without it nobody reads the key"
    ));
    Ok(())
}

fn long_enough(passphrase: Secret) -> anyhow::Result<Secret> {
    let length = passphrase.expose().chars().count();
    ensure!(
        length >= PASSPHRASE_MIN,
        "the passphrase has {length} characters: take at least {PASSPHRASE_MIN}"
    );
    Ok(passphrase)
}

fn new_passphrase() -> anyhow::Result<Secret> {
    let first = read_passphrase("New passphrase: ")?;
    if std::io::stdin().is_terminal() && read_passphrase("The same again: ")? != first {
        bail!("the two differ: nothing was changed");
    }
    Ok(first)
}

fn unprotect(store: StoreArgs) -> anyhow::Result<()> {
    let source = Store::resolve(store)?.master_key;
    ensure!(source.protection() != Protection::Nothing, "the master key {source} is not protected");
    Service::protect_master_key(&opened_by_hand(&source)?, None)?;
    output::say(format_args!("{source} can be read by whoever may read the file"));
    Ok(())
}
