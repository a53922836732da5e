//! `claviger panel`: what the customers' panel of an application offers, and how it looks.

use std::{fs::File, io::Read, sync::Arc};

use anyhow::Context;
use claviger_service::vendor::{LOGO_MAX, PanelForm};
use serde_json::json;

use super::{args::ShowArgs, run::with_app, settings::pairs_of};
use crate::{config::StoreArgs, output};

/// What can be done with a panel.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Show what a panel offers, how it looks, and which files it has
    Show(ShowArgs),
    /// Change what a panel offers and how it looks, all or none; what is not named stays
    Set {
        /// OWNER/APP
        app: String,
        /// Such as on=true, offers=redeem,devices or brand=Acme; `panel show` shows the names
        #[arg(required = true, value_name = "NAME=VALUE")]
        changes: Vec<String>,
    },
    /// Set the picture beside the panel's name: a PNG, JPEG or WebP
    SetLogo {
        /// OWNER/APP
        app: String,
        /// A file
        path: String,
    },
    /// Remove the picture beside the panel's name
    RemoveLogo {
        /// OWNER/APP
        app: String,
    },
    /// Offer an uploaded file in the panel: to nobody unless it is said to whom
    OfferFile {
        /// OWNER/APP
        app: String,
        /// Id of the file
        id: String,
        /// Names of subscriptions, one of which the user needs
        #[arg(long, value_delimiter = ',', conflicts_with = "all")]
        to: Vec<String>,
        /// To whoever is signed in
        #[arg(long)]
        all: bool,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    let deed = store.deed.clone();
    match command {
        Command::Show(args) => show(store, &args),
        Command::Set { app, changes } => {
            let changes = pairs_of(&changes, "on=true")?;
            with_app(store, &app, async |service, app| {
                let differences = service.change_panel(&app, changes).await?;
                output::say(format_args!(
                    "{}",
                    if differences.is_empty() { "everything was so already" } else { &differences }
                ));
                if let Some(deed) = &deed {
                    deed.tell(differences);
                }
                Ok(())
            })
        }
        Command::SetLogo { app, path } => {
            let picture = picture(&path).with_context(|| format!("cannot read {path}"))?;
            with_app(store, &app, async |service, app| {
                service.set_panel_logo(&app, picture).await?;
                output::say(format_args!("the logo is set"));
                Ok(())
            })
        }
        Command::RemoveLogo { app } => with_app(store, &app, async |service, app| {
            service.remove_panel_logo(&app).await?;
            output::say(format_args!("the logo is removed"));
            Ok(())
        }),
        Command::OfferFile { app, id, to, all } => {
            let to = if all { vec![String::new()] } else { to };
            with_app(store, &app, async |service, app| {
                let known = service.subscriptions(&app).await?;
                if let Some(unknown) =
                    to.iter().find(|name| !name.is_empty() && !known.iter().any(|one| one.name == **name))
                {
                    anyhow::bail!("there is no subscription `{unknown}`");
                }
                let words = to_whom(&to);
                service.offer_file(&app, &id, to).await?;
                if let Some(deed) = &deed {
                    deed.tell(format!("offered to: {words}"));
                }
                output::say(format_args!("{id} is offered to {words}"));
                Ok(())
            })
        }
    }
}

/// A picture; of one that is too large, as much as tells that.
fn picture(path: &str) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(LOGO_MAX as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// To whom a file is offered, in words.
fn to_whom(to: &[String]) -> String {
    match to {
        [] => "nobody".into(),
        [name] if name.is_empty() => "whoever is signed in".into(),
        names => names.join(", "),
    }
}

fn show(store: StoreArgs, ShowArgs { app, json }: &ShowArgs) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let app = Arc::new(app);
        let panel = service.panel_of(&app).await?;
        let files: Vec<_> =
            service.panel_files(&app).await?.into_iter().filter(|file| !file.to.is_empty()).collect();
        if *json {
            let files =
                files.iter().map(|one| json!({ "id": one.file.id, "name": one.file.name, "to": one.to }));
            return output::json(&json!({
                "settings": panel.settings,
                "logo": panel.has_logo,
                "files": files.collect::<Vec<_>>(),
            }));
        }
        let mut rows: Vec<(String, String)> =
            PanelForm::of(&panel.settings).fields().map(|(name, value)| (name.to_owned(), value)).into();
        rows.push(("logo".into(), if panel.has_logo { "yes" } else { "none" }.into()));
        rows.extend(files.iter().map(|one| (format!("file {}", one.file.id), to_whom(&one.to))));
        let rows: Vec<_> = rows.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        output::pairs(&rows);
        Ok(())
    })
}
