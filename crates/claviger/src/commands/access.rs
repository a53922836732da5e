//! `claviger blacklist` and `claviger whitelist`: who is kept out, and which addresses are exempt from vpnBlock.

use claviger_domain::Network;
use claviger_service::vendor::{Blacklisted, Outcast, Reason, Source, Whitelisted};
use serde_json::json;

use super::{
    args::{EndArgs, ShowArgs},
    run::with_app,
};
use crate::{config::StoreArgs, output};

/// What can be done with a blacklist.
#[derive(clap::Subcommand)]
pub(crate) enum Blacklist {
    /// Keep an address, a network or a device out; a new reason and end replace those given by hand before
    Add {
        /// OWNER/APP
        app: String,
        #[command(flatten)]
        outcast: OutcastArgs,
        /// A remark for yourself
        #[arg(long, default_value = "")]
        reason: String,
        #[command(flatten)]
        end: EndArgs,
    },
    /// List who is kept out, and why
    List(ShowArgs),
    /// Let an address, a network or a device in again, whatever put it there
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
    /// An address, or a network such as 198.51.100.0/24 or 2001:db8::/64
    #[arg(long)]
    ip: Option<Network>,
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
    /// Exempt an address or a network from vpnBlock; a new end replaces an old one
    Add {
        /// OWNER/APP
        app: String,
        /// The address or network
        ip: Network,
        #[command(flatten)]
        end: EndArgs,
    },
    /// List exempt addresses
    List(ShowArgs),
    /// Take an exemption back
    Delete {
        /// OWNER/APP
        app: String,
        /// The address or network
        ip: Network,
    },
}

/// Runs a command on a blacklist.
pub(crate) fn run_blacklist(store: StoreArgs, command: Blacklist) -> anyhow::Result<()> {
    match command {
        Blacklist::Add { app, outcast, reason, end } => {
            let outcast = outcast.outcast()?;
            let subscriber = outcast.subscriber();
            with_app(store, &app, async |service, app| {
                let end = end.end(service.clock().now())?;
                service.add_to_blacklist(&app, outcast, reason, end).await?;
                println!("added");
                if let Some(network) = subscriber {
                    eprintln!("whoever has this address has all of {network}: --ip {network} keeps that out");
                }
                Ok(())
            })
        }
        Blacklist::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            let entries = service.blacklist(&app).await?;
            if json {
                return output::json(&entries.iter().map(as_json).collect::<Vec<_>>());
            }
            output::table(HEAD, entries.iter().flat_map(rows));
            Ok(())
        }),
        Blacklist::Delete { app, outcast } => {
            let outcast = outcast.outcast()?;
            with_app(store, &app, async |service, app| {
                anyhow::ensure!(
                    service.delete_from_blacklist(&app, outcast).await?.is_some(),
                    "it is not on the blacklist"
                );
                println!("deleted");
                Ok(())
            })
        }
    }
}

const HEAD: [&str; 6] = ["KIND", "VALUE", "REASON", "BY", "ADDED", "UNTIL"];

/// A row for each reason.
fn rows(entry: &Blacklisted) -> impl Iterator<Item = [String; 6]> {
    let row = |reason: &Reason| {
        let by = match &reason.source {
            Source::Hand => "hand".into(),
            Source::Ban(Some(user)) => format!("ban of {user}"),
            Source::Ban(None) => "ban of a deleted user".into(),
        };
        let [added, until] = [output::time(reason.added), output::time_or_dash(reason.until)];
        [entry.kind.clone(), entry.value.clone(), reason.text.clone(), by, added, until]
    };
    entry.reasons.iter().map(row)
}

fn as_json(entry: &Blacklisted) -> serde_json::Value {
    let reason = |reason: &Reason| {
        json!({
            "source": reason.source.as_str(),
            "user": reason.source.user(),
            "reason": reason.text,
            "added": reason.added,
            "until": reason.until,
        })
    };
    json!({
        "kind": entry.kind,
        "value": entry.value,
        "reason": entry.reason(),
        "added": entry.reasons.iter().map(|reason| reason.added).min(),
        "reasons": entry.reasons.iter().map(reason).collect::<Vec<_>>(),
    })
}

/// Runs a command on a whitelist.
pub(crate) fn run_whitelist(store: StoreArgs, command: Whitelist) -> anyhow::Result<()> {
    match command {
        Whitelist::Add { app, ip, end } => with_app(store, &app, async |service, app| {
            let end = end.end(service.clock().now())?;
            anyhow::ensure!(
                service.add_to_whitelist(&app, ip, end).await?,
                "{ip} is on the whitelist already"
            );
            println!("added {ip}");
            Ok(())
        }),
        Whitelist::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            let cells = |exempt: Whitelisted| [exempt.network, output::time_or_dash(exempt.until)];
            let as_json = |exempt: &Whitelisted| json!({ "ip": exempt.network, "until": exempt.until });
            output::list(json, ["IP", "UNTIL"], service.whitelist(&app).await?, cells, as_json)
        }),
        Whitelist::Delete { app, ip } => with_app(store, &app, async |service, app| {
            anyhow::ensure!(service.delete_from_whitelist(&app, ip).await?, "{ip} is not on the whitelist");
            println!("deleted {ip}");
            Ok(())
        }),
    }
}
