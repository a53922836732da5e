//! `claviger session`: look at sessions and end them.

use std::io::Write;

use claviger_domain::Network;
use claviger_service::{ListingPart, ScanRow, SessionFilter, parse_app_path, vendor::Whose};

use super::{
    args::{ConfirmArgs, ShowArgs},
    prompt::confirm,
    run::{with_app, with_service},
};
use crate::{config::StoreArgs, output, print};

/// What can be done with sessions.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the live sessions of an application, oldest first
    List(ShowArgs),
    /// End a session, or all sessions that are meant: of a user, from an address
    Kill {
        #[command(flatten)]
        from: ConfirmArgs,
        /// The session's id
        #[arg(required_unless_present_any = FILTERS, conflicts_with_all = FILTERS)]
        id: Option<String>,
        /// End all sessions of this user, in any case
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
        /// End all sessions from this address or network; with other options only those of them
        #[arg(long, value_name = "ADDRESS|NETWORK")]
        ip: Option<Network>,
        /// End all sessions in which somebody is signed in (true), or nobody (false)
        #[arg(long, value_name = "BOOL")]
        signed_in: Option<bool>,
        /// End all sessions with this text in the id, or in the user's name in any case
        #[arg(long)]
        text: Option<String>,
    },
    /// End all sessions of an application
    KillAll(ConfirmArgs),
}

/// The options that say which sessions are meant, beside an id.
const FILTERS: [&str; 4] = ["user", "ip", "signed_in", "text"];

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    let path = |app: &str| parse_app_path(app).map_err(anyhow::Error::msg);
    match command {
        Command::List(ShowArgs { app, json }) => list(store, &app, json),
        Command::Kill { from, id: None, user, ip, signed_in, text } => {
            kill_many(store, &from, Whose { user, ip, signed_in, text, ids: None })
        }
        Command::Kill { from: ConfirmArgs { app, yes }, id: Some(id), .. } => {
            let (owner, name) = path(&app)?;
            confirm(yes, &format!("The program with session {id} will have to start anew."))?;
            with_service(store, async |service| {
                let app = service.app(&owner, &name).await?;
                anyhow::ensure!(service.end_session(&app, &id).await?, "no such session lives");
                println!("killed {id}");
                Ok(())
            })
        }
        Command::KillAll(ConfirmArgs { app, yes }) => {
            let (owner, name) = path(&app)?;
            confirm(yes, &format!("All running programs of {app} will have to start anew."))?;
            with_service(store, async |service| {
                let app = service.app(&owner, &name).await?;
                anyhow::ensure!(service.end_all_sessions(&app).await?, "no session lives");
                println!("killed all sessions");
                Ok(())
            })
        }
    }
}

fn kill_many(store: StoreArgs, from: &ConfirmArgs, whose: Whose) -> anyhow::Result<()> {
    let (owner, name) = parse_app_path(&from.app).map_err(anyhow::Error::msg)?;
    let of_user = whose.user.iter().map(|user| format!(" of {user}"));
    let from_net = whose.ip.iter().map(|net| format!(" from {net}"));
    let signed_in =
        whose.signed_in.iter().map(|yes| if *yes { " signed in" } else { " without user" }.into());
    let with_text = whose.text.iter().map(|text| format!(" with `{text}`"));
    let which: String = of_user.chain(from_net).chain(signed_in).chain(with_text).collect();
    anyhow::ensure!(whose.text.as_deref() != Some(""), "--text is empty: to end all sessions, say kill-all");
    confirm(from.yes, &format!("The programs with sessions{which} will have to start anew."))?;
    with_service(store, async |service| {
        let app = service.app(&owner, &name).await?;
        let killed = service.end_sessions_of(&app, whose).await?;
        anyhow::ensure!(killed > 0, "no such session lives");
        println!("killed {killed}");
        Ok(())
    })
}

fn list(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let encode = if json { json_row } else { table_row };
        let mut listing = service.list_sessions(&app, SessionFilter::default(), encode).await?;
        if json {
            print!("[");
        }
        let mut empty = true;
        loop {
            match listing.next().await {
                Some(ListingPart::Rows(rows)) => {
                    if empty && !json {
                        println!("{:32}  {:20}  {:15}  CREDENTIAL", "ID", "EXPIRES", "IP");
                    }
                    empty = false;
                    print::bytes(&rows);
                    print::is_written()?;
                }
                Some(ListingPart::End { .. }) => break,
                Some(ListingPart::Failed(error)) => return Err(error.into()),
                None => anyhow::bail!("the list ended early"),
            }
        }
        match (json, empty) {
            (true, _) => println!("]"),
            (false, true) => println!("none"),
            (false, false) => {}
        }
        Ok(())
    })
}

fn json_row(out: &mut Vec<u8>, row: ScanRow<'_>, first: bool) {
    let value = serde_json::json!({
        "id": row.id,
        "credential": row.credential,
        "expires": row.expires,
        "validated": row.credential.is_some(),
        "ip": row.ip,
    });
    out.extend(if first { "" } else { ",\n" }.bytes());
    out.extend(value.to_string().bytes());
}

fn table_row(out: &mut Vec<u8>, row: ScanRow<'_>, _: bool) {
    let expires = output::time(row.expires);
    // Names are end users' texts and must not steer the terminal.
    let credential = output::plain(row.credential.unwrap_or("-"));
    // Writing to memory does not fail.
    let _ = writeln!(out, "{:32}  {expires:20}  {:15}  {credential}", row.id, row.ip);
}
