//! `claviger variable`: texts that programs read, of an application or of one user.

use claviger_service::vendor::{UserVariable, Variable};
use serde_json::json;

use super::{
    args::ConfirmArgs,
    run::{delete, with_app},
};
use crate::{config::StoreArgs, output};

/// What can be done with variables.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Set a variable of an application, new or not
    Set {
        /// OWNER/APP
        app: String,
        /// Name of the variable
        name: String,
        /// Its value
        value: String,
        /// Programs may read it before anybody has signed in
        #[arg(long)]
        public: bool,
    },
    /// Set a variable of a user, new or not
    SetUser {
        /// OWNER/APP
        app: String,
        /// Name of the user
        user: String,
        /// Name of the variable
        name: String,
        /// Its value
        value: String,
        /// Programs may not change it
        #[arg(long)]
        read_only: bool,
    },
    /// List the variables of an application, or of one user
    List {
        /// OWNER/APP
        app: String,
        /// Those of this user
        #[arg(long)]
        user: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Delete a variable of an application, or of one user
    Delete {
        /// OWNER/APP
        app: String,
        /// Name of the variable
        name: String,
        /// That of this user
        #[arg(long)]
        user: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Set { app, name, value, public } => with_app(store, &app, async |service, app| {
            service.put_variable(&app, Variable { name: name.clone(), value, authed: !public }).await?;
            output::say(format_args!("set {name}"));
            Ok(())
        }),
        Command::SetUser { app, user, name, value, read_only } => {
            with_app(store, &app, async |service, app| {
                let variable = UserVariable { name: name.clone(), value, read_only };
                service.put_user_variable(&app, &user, variable).await?;
                output::say(format_args!("set {name} of {user}"));
                Ok(())
            })
        }
        Command::List { app, user: None, json } => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.variables(&app).await?, cells, as_json)
        }),
        Command::List { app, user: Some(user), json } => with_app(store, &app, async |service, app| {
            let variables = service.user(&app, &user).await?.variables;
            output::list(json, ["NAME", "VALUE", "WRITERS"], variables, user_cells, user_as_json)
        }),
        Command::Delete { app, name, user, yes } => {
            let loss = format!("Programs that read {name} will not find it.");
            delete(store, &ConfirmArgs { app, yes }, &name, &loss, async |service, app| match user {
                Some(user) => service.delete_user_variable(&app, &user, &name).await,
                None => service.delete_variable(&app, &name).await,
            })
        }
    }
}

const HEAD: [&str; 3] = ["NAME", "VALUE", "READERS"];

fn cells(variable: Variable) -> [String; 3] {
    let readers = output::users(variable.authed);
    [variable.name, variable.value, readers.into()]
}

fn as_json(variable: &Variable) -> serde_json::Value {
    json!({ "name": variable.name, "value": variable.value, "public": !variable.authed })
}

/// A variable of a user as a row.
pub(super) fn user_cells(variable: UserVariable) -> [String; 3] {
    let writers = if variable.read_only { "you" } else { "programs" };
    [variable.name, variable.value, writers.into()]
}

/// A variable of a user as JSON.
pub(super) fn user_as_json(variable: &UserVariable) -> serde_json::Value {
    json!({ "name": variable.name, "value": variable.value, "read_only": variable.read_only })
}
