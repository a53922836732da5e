//! `claviger blacklist` and `claviger whitelist`: who is kept out, and which addresses are exempt from vpnBlock.

use std::net::IpAddr;

use claviger_service::vendor::{Blacklisted, Outcast};
use serde_json::json;

use super::{args::ShowArgs, run::with_app};
use crate::{config::StoreArgs, output};

/// What can be done with a blacklist.
#[derive(clap::Subcommand)]
pub(crate) enum Blacklist {
    /// Keep an address or a device out; a new reason replaces an old one
    Add {
        /// OWNER/APP
        app: String,
        #[command(flatten)]
        outcast: OutcastArgs,
        /// A remark for yourself
        #[arg(long, default_value = "")]
        reason: String,
    },
    /// List who is kept out
    List(ShowArgs),
    /// Let an address or a device in again
    Delete {
        /// OWNER/APP
        app: String,
        #[command(flatten)]
        outcast: OutcastArgs,
    },
}

/// Who is kept out.
#[derive(clap::Args)]
#[group(required = true, multiple = false)]
pub(crate) struct OutcastArgs {
    /// An address
    #[arg(long)]
    ip: Option<IpAddr>,
    /// A device
    #[arg(long)]
    hwid: Option<String>,
}

impl OutcastArgs {
    fn outcast(self) -> anyhow::Result<Outcast> {
        match (self.ip, self.hwid) {
            (Some(ip), None) => Ok(Outcast::Ip(ip)),
            (None, Some(hwid)) => Ok(Outcast::Hwid(hwid)),
            _ => anyhow::bail!("name either --ip or --hwid"),
        }
    }
}

/// What can be done with a whitelist.
#[derive(clap::Subcommand)]
pub(crate) enum Whitelist {
    /// Exempt an address from vpnBlock
    Add {
        /// OWNER/APP
        app: String,
        /// The address
        ip: IpAddr,
    },
    /// List exempt addresses
    List(ShowArgs),
    /// Take an exemption back
    Delete {
        /// OWNER/APP
        app: String,
        /// The address
        ip: IpAddr,
    },
}

/// Runs a command on a blacklist.
pub(crate) fn run_blacklist(store: StoreArgs, command: Blacklist) -> anyhow::Result<()> {
    match command {
        Blacklist::Add { app, outcast, reason } => {
            let outcast = outcast.outcast()?;
            with_app(store, &app, async |service, app| {
                service.add_to_blacklist(&app, outcast, reason).await?;
                println!("added");
                Ok(())
            })
        }
        Blacklist::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.blacklist(&app).await?, cells, as_json)
        }),
        Blacklist::Delete { app, outcast } => {
            let outcast = outcast.outcast()?;
            with_app(store, &app, async |service, app| {
                anyhow::ensure!(
                    service.delete_from_blacklist(&app, outcast).await?,
                    "it is not on the blacklist"
                );
                println!("deleted");
                Ok(())
            })
        }
    }
}

const HEAD: [&str; 4] = ["KIND", "VALUE", "REASON", "ADDED"];

fn cells(entry: Blacklisted) -> [String; 4] {
    [entry.kind, entry.value, entry.reason, output::time(entry.added)]
}

fn as_json(entry: &Blacklisted) -> serde_json::Value {
    json!({
        "kind": entry.kind,
        "value": entry.value,
        "reason": entry.reason,
        "added": entry.added,
    })
}

/// Runs a command on a whitelist.
pub(crate) fn run_whitelist(store: StoreArgs, command: Whitelist) -> anyhow::Result<()> {
    match command {
        Whitelist::Add { app, ip } => with_app(store, &app, async |service, app| {
            anyhow::ensure!(service.add_to_whitelist(&app, ip).await?, "{ip} is on the whitelist already");
            println!("added {ip}");
            Ok(())
        }),
        Whitelist::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            output::list(json, ["IP"], service.whitelist(&app).await?, |ip| [ip], |ip| json!(ip))
        }),
        Whitelist::Delete { app, ip } => with_app(store, &app, async |service, app| {
            anyhow::ensure!(service.delete_from_whitelist(&app, ip).await?, "{ip} is not on the whitelist");
            println!("deleted {ip}");
            Ok(())
        }),
    }
}
