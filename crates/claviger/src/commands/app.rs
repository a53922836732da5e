//! `claviger app`: applications and their keys.

use claviger_domain::ApiVersions;
use claviger_service::{App, AppSummary, parse_app_path, vendor::FIRST_SELLER_KEY};
use serde_json::json;

use super::{
    args::{ConfirmArgs, ShowArgs},
    key_pair,
    prompt::confirm,
    run::with_service,
    seller_key, settings,
};
use crate::{config::StoreArgs, output};

/// What can be done with applications.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Make an application; shows its seller key, this once
    Create {
        /// Name of the application
        name: String,
        /// Name of its owner
        #[arg(long)]
        owner: String,
        /// Versions of the Client API that it answers
        #[arg(long, value_delimiter = ',', default_value = "1.2,1.3")]
        api: Vec<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List applications
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show an application, its secret included
    Show(ShowArgs),
    /// Show the settings of an application
    Settings(ShowArgs),
    /// Change settings, all or none; a running server obeys within a second
    Set {
        /// OWNER/APP
        app: String,
        /// Such as hwidCheck=false, api.v1_1=true or messages.loggedIn=Welcome; `app settings` shows the names. The value of a
        /// secret one may be @FILE, or - for standard input
        #[arg(required = true, value_name = "NAME=VALUE")]
        changes: Vec<String>,
        /// Also a licenseMask whose keys have fewer than 64 bits of randomness, so that they could be guessed
        #[arg(long)]
        force: bool,
    },
    /// Give an application another name; programs that name the old one are refused
    Rename {
        /// OWNER/APP
        app: String,
        /// The new name, without the owner's
        name: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Ban an application: its programs and its seller key are refused
    Ban(ConfirmArgs),
    /// Lift the ban of an application
    Unban {
        /// OWNER/APP
        app: String,
    },
    /// Draw a new app secret; ends all sessions, since programs of API 1.0 and 1.2 must be built anew
    RotateSecret {
        /// OWNER/APP
        app: String,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Draw a new Ed25519 key pair (API 1.3); programs of the versions that there are go on with the former one
    RotateKeyPair {
        /// OWNER/APP
        app: String,
        /// Seconds that the former one still signs for them; 0: from now on all are signed with the new one [default: without end]
        #[arg(long, value_parser = clap::value_parser!(i64).range(0..=315_360_000))]
        grace: Option<i64>,
        /// Further versions of programs that were built with the former one, separated by commas
        #[arg(long, value_delimiter = ',')]
        versions: Vec<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List the key pairs that an application had before, and how often programs that were built with them still start
    KeyPairs(ShowArgs),
    /// Sign with the newest key pair only; programs that were built with a former one stop working
    EndKeyPairs {
        /// OWNER/APP
        app: String,
        /// Only the former key pair of this number; `app key-pairs` shows it
        #[arg(long)]
        number: Option<u64>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Manage seller keys: several, each with a name and rights of its own
    #[command(subcommand)]
    SellerKey(seller_key::Command),
    /// Draw a new secret for the seller key `main`; shows it, this once
    RotateSellerKey {
        /// OWNER/APP
        app: String,
        /// Seconds that the old key stays valid
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=31_536_000))]
        grace: i64,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete an application with its users, licenses, files and sessions
    Delete(ConfirmArgs),
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Create { name, owner, api, json } => create(store, &owner, &name, &api, json),
        Command::List { json } => with_service(store, async |service| {
            output::list(json, HEAD, service.apps().await?, cells, summary_as_json)
        }),
        Command::Show(ShowArgs { app, json }) => show(store, &app, json),
        Command::Settings(ShowArgs { app, json }) => settings::show(store, &app, json),
        Command::Set { app, changes, force } => settings::change(store, &app, &changes, force),
        Command::Rename { app, name, yes } => rename(store, &app, &name, yes),
        Command::Ban(ConfirmArgs { app, yes }) => {
            confirm(yes, &format!("The programs and bots of {app} will be refused."))?;
            settings::set_banned(store, &app, true)
        }
        Command::Unban { app } => settings::set_banned(store, &app, false),
        Command::RotateSecret { app, yes, json } => rotate_secret(store, &app, yes, json),
        Command::RotateKeyPair { app, grace, versions, yes, json } => {
            key_pair::rotate(store, &app, key_pair::Terms { grace, versions }, yes, json)
        }
        Command::KeyPairs(ShowArgs { app, json }) => key_pair::list(store, &app, json),
        Command::EndKeyPairs { app, number, yes } => key_pair::end(store, &app, number, yes),
        Command::SellerKey(command) => seller_key::run(store, command),
        Command::RotateSellerKey { app, grace, yes, json } => {
            seller_key::rotate(store, &app, FIRST_SELLER_KEY, grace, yes, json)
        }
        Command::Delete(ConfirmArgs { app, yes }) => delete(store, &app, yes),
    }
}

fn path(app: &str) -> anyhow::Result<(String, String)> {
    parse_app_path(app).map_err(anyhow::Error::msg)
}

fn create(store: StoreArgs, owner: &str, name: &str, api: &[String], json: bool) -> anyhow::Result<()> {
    let api = api_versions(api)?;
    with_service(store, async |service| {
        let created = service.create_app(owner, name, api).await?;
        let mut value = as_json(&created.app);
        value["seller_key"] = created.seller_key.expose().into();
        if json {
            return output::json(&value);
        }
        print_app(&created.app, &[("seller key", created.seller_key.expose())]);
        eprintln!(
            "\nThe seller key is shown this once. Keep it; `claviger app rotate-seller-key` draws another."
        );
        Ok(())
    })
}

/// Versions of the Client API by their names.
pub(super) fn api_versions(names: &[String]) -> anyhow::Result<ApiVersions> {
    let mut api = ApiVersions { v1_0: false, v1_1: false, v1_2: false, v1_3: false };
    for name in names {
        *match name.as_str() {
            "1.0" => &mut api.v1_0,
            "1.1" => &mut api.v1_1,
            "1.2" => &mut api.v1_2,
            "1.3" => &mut api.v1_3,
            _ => anyhow::bail!("`{name}` is no version of the Client API: use 1.0, 1.1, 1.2 or 1.3"),
        } = true;
    }
    Ok(api)
}

fn show(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    let (owner, name) = path(app)?;
    with_service(store, async |service| {
        let AppSummary { app, seller_key_hint, sessions } = service.app_summary(&owner, &name).await?;
        if json {
            let mut value = as_json(&app);
            value["seller_key_hint"] = seller_key_hint.into();
            value["sessions"] = sessions.into();
            value["settings"] = serde_json::to_value(&app.settings)?;
            value["server_public_key"] = service.default_key().public_hex().into();
            return output::json(&value);
        }
        let hint = format!("ends in {seller_key_hint}");
        let server_key = format!("{} (signs with --single-signing-key)", service.default_key().public_hex());
        print_app(
            &app,
            &[("server key", &server_key), ("seller key", &hint), ("sessions", &sessions.to_string())],
        );
        Ok(())
    })
}

fn rename(store: StoreArgs, app: &str, to: &str, yes: bool) -> anyhow::Result<()> {
    let (owner, name) = path(app)?;
    with_service(store, async |service| {
        // A misspelled name is told before the question is asked.
        service.app(&owner, &name).await?;
        confirm(yes, &format!("Programs that were built with the name {name} will be refused."))?;
        let renamed = service.rename_app(&owner, &name, to).await?;
        output::say(format_args!("{app} is now {}/{}", renamed.owner_name, renamed.name));
        Ok(())
    })
}

fn rotate_secret(store: StoreArgs, app: &str, yes: bool, json: bool) -> anyhow::Result<()> {
    let (owner, name) = path(app)?;
    confirm(yes, &format!("Programs of API 1.0 and 1.2 with the old secret of {app} will stop working."))?;
    with_service(store, async |service| {
        let secret = service.rotate_secret(&owner, &name).await?;
        output::record(json, &json!({ "secret": secret.expose() }), &[("secret", secret.expose())])
    })
}

fn delete(store: StoreArgs, app: &str, yes: bool) -> anyhow::Result<()> {
    let (owner, name) = path(app)?;
    with_service(store, async |service| {
        // A misspelled name is told before the question is asked.
        service.app(&owner, &name).await?;
        confirm(yes, &format!("{app} and all its users, licenses, files and sessions will be gone."))?;
        service.delete_app(&owner, &name).await?;
        println!("deleted {app}");
        Ok(())
    })
}

fn print_app(app: &App, more: &[(&str, &str)]) {
    let name = format!("{}/{}", app.owner_name, app.name);
    let mut rows = vec![
        ("app", name.as_str()),
        ("owner id", &app.owner_id),
        ("version", &app.settings.version),
        ("secret", app.secret.expose()),
        ("public key", app.key_pairs.newest().public_hex()),
    ];
    rows.extend(more);
    output::pairs(&rows);
}

fn as_json(app: &App) -> serde_json::Value {
    json!({
        "owner": app.owner_name,
        "owner_id": app.owner_id,
        "name": app.name,
        "version": app.settings.version,
        "secret": app.secret.expose(),
        "public_key": app.key_pairs.newest().public_hex(),
        "banned": app.banned,
        "created": app.created,
    })
}

const HEAD: [&str; 5] = ["APP", "OWNER ID", "VERSION", "SESSIONS", "CREATED"];

fn cells(AppSummary { app, sessions, .. }: AppSummary) -> [String; 5] {
    let (name, created) = (format!("{}/{}", app.owner_name, app.name), output::time(app.created));
    [name, app.owner_id, app.settings.version, sessions.to_string(), created]
}

/// An application in a list: without its secret.
fn summary_as_json(summary: &AppSummary) -> serde_json::Value {
    let mut value = as_json(&summary.app);
    if let Some(fields) = value.as_object_mut() {
        fields.remove("secret");
    }
    value["sessions"] = summary.sessions.into();
    value
}
