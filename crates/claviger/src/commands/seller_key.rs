//! `claviger app seller-key`: the keys for the Seller API.

use claviger_domain::SellerRights;
use claviger_service::{
    App,
    vendor::{KeyChange, MadeKey, NewKey, ShownKey},
};
use serde_json::json;

use super::{
    args::{EndArgs, ShowArgs},
    prompt::confirm,
    run::with_app,
};
use crate::{config::StoreArgs, output};

/// What can be done with seller keys.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// List the seller keys of an application, with what they may do and their last use
    List(ShowArgs),
    /// Make a seller key; shows it, this once
    Add {
        /// OWNER/APP
        app: String,
        /// Its name, for yourself
        name: String,
        /// all, read (changes nothing), or areas with commas between them, such as sessions or licenses,users
        #[arg(long, default_value = "all")]
        rights: SellerRights,
        /// Addresses and networks it may be used from, with commas between them; any unless given
        #[arg(long, default_value = "", hide_default_value = true, value_name = "LIST")]
        from: String,
        #[command(flatten)]
        end: EndArgs,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Rename a seller key, or change what it may do, from where and until when; a running server obeys within a
    /// second
    Set {
        #[command(flatten)]
        key: KeyArgs,
        #[command(flatten)]
        change: ChangeArgs,
    },
    /// Draw a new secret for a seller key; shows it, this once
    Rotate {
        #[command(flatten)]
        key: KeyArgs,
        /// Seconds that the old secret stays valid
        #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(i64).range(0..=31_536_000))]
        grace: i64,
        /// Do not ask
        #[arg(long)]
        yes: bool,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// End a seller key, at once and for good
    Revoke {
        #[command(flatten)]
        key: KeyArgs,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Which key is meant.
#[derive(clap::Args)]
pub(crate) struct KeyArgs {
    /// OWNER/APP
    app: String,
    /// Name of the key
    name: String,
}

/// What is to be another.
#[derive(clap::Args)]
#[group(required = true, multiple = true)]
pub(crate) struct ChangeArgs {
    /// Its new name
    #[arg(long, value_name = "NAME")]
    rename: Option<String>,
    /// all, read (changes nothing), or areas with commas between them
    #[arg(long)]
    rights: Option<SellerRights>,
    /// Addresses and networks it may be used from, with commas between them; empty: any
    #[arg(long, value_name = "LIST")]
    from: Option<String>,
    /// When it ends, as a date, UTC, or a Unix second: 2027-01-31 or 2027-01-31T12:00:00Z; never: it stays
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.seller_keys(&app).await?, cells, as_json)
        }),
        Command::Add { app, name, rights, from, end, json } => with_app(store, &app, async |service, app| {
            let until = end.end(service.clock().now())?;
            let made = service.add_seller_key(&app, NewKey { name, rights, addresses: from, until }).await?;
            tell(&made, json)
        }),
        Command::Set { key: KeyArgs { app, name }, change } => {
            with_app(store, &app, async move |service, app| {
                let change = change.change(service.clock().now())?;
                let key = service.seller_key_named(&app, &name).await?;
                service.change_seller_key(&app, key.id, change).await?;
                println!("changed");
                Ok(())
            })
        }
        Command::Rotate { key: KeyArgs { app, name }, grace, yes, json } => {
            rotate(store, &app, &name, grace, yes, json)
        }
        Command::Revoke { key: KeyArgs { app, name }, yes } => {
            with_app(store, &app, async move |service, app| {
                let key = service.seller_key_named(&app, &name).await?;
                confirm(yes, &loss(&app, &key.name, "at once"))?;
                service.revoke_seller_key(&app, key.id).await?;
                output::say(format_args!("revoked {}", key.name));
                Ok(())
            })
        }
    }
}

/// Draws a new secret for a key.
pub(super) fn rotate(
    store: StoreArgs,
    app: &str,
    name: &str,
    grace: i64,
    yes: bool,
    json: bool,
) -> anyhow::Result<()> {
    let when = if grace == 0 { "at once".to_owned() } else { format!("in {grace} seconds") };
    with_app(store, app, async move |service, app| {
        let key = service.seller_key_named(&app, name).await?;
        confirm(yes, &loss(&app, &key.name, &when))?;
        tell(&service.rotate_seller_key(&app, key.id, grace).await?, json)
    })
}

fn loss(app: &App, key: &str, when: &str) -> String {
    let App { owner_name, name, .. } = app;
    format!("Bots and shops with the seller key {key} of {owner_name}/{name} will stop working {when}.")
}

fn tell(made: &MadeKey, json: bool) -> anyhow::Result<()> {
    let secret = made.secret.expose();
    output::record(json, &json!({ "seller_key": secret }), &[("seller key", secret)])
}

impl ChangeArgs {
    fn change(self, now: i64) -> anyhow::Result<KeyChange> {
        let until = match self.until.as_deref() {
            Some("never") => Some(None),
            Some(date) => Some(claviger_service::vendor::entry_end(Some(date), None, now)?),
            None => None,
        };
        Ok(KeyChange { name: self.rename, rights: self.rights, addresses: self.from, until })
    }
}

const HEAD: [&str; 7] = ["NAME", "ENDS IN", "RIGHTS", "FROM", "UNTIL", "LAST USED", "BY"];

fn cells(key: ShownKey) -> [String; 7] {
    let hints: Vec<&str> = key.secrets.iter().map(|secret| secret.hint.as_str()).collect();
    let from = key.addresses.join(", ");
    [
        key.name,
        output::or_dash(Some(hints.join(", ").as_str()).filter(|hints| !hints.is_empty())),
        key.rights.to_string(),
        output::or_dash(Some(from.as_str()).filter(|from| !from.is_empty())),
        output::time_or_dash(key.until),
        output::time_or_dash(key.last_used),
        output::or_dash(key.last_ip.as_deref()),
    ]
}

fn as_json(key: &ShownKey) -> serde_json::Value {
    let secret = |secret: &claviger_service::vendor::LiveSecret| json!({ "hint": secret.hint, "created": secret.created, "until": secret.expires });
    json!({
        "name": key.name,
        "rights": key.rights.to_string(),
        "from": key.addresses,
        "until": key.until,
        "created": key.created,
        "last_used": key.last_used,
        "last_ip": key.last_ip,
        "secrets": key.secrets.iter().map(secret).collect::<Vec<_>>(),
    })
}
