//! `claviger variable`: texts that programs read, of an application or of one user.

use claviger_service::vendor::{UserVariable, Variable};
use serde_json::json;

use super::{prompt::confirm, run::with_app};
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
            println!("set {name}");
            Ok(())
        }),
        Command::SetUser { app, user, name, value, read_only } => {
            with_app(store, &app, async |service, app| {
                let variable = UserVariable { name: name.clone(), value, read_only };
                service.put_user_variable(&app, &user, variable).await?;
                println!("set {name} of {user}");
                Ok(())
            })
        }
        Command::List { app, user: None, json } => list(store, &app, json),
        Command::List { app, user: Some(user), json } => list_of_user(store, &app, &user, json),
        Command::Delete { app, name, user, yes } => {
            confirm(yes, &format!("Programs that read {name} will not find it. Go on?"))?;
            with_app(store, &app, async |service, app| {
                match user {
                    Some(user) => service.delete_user_variable(&app, &user, &name).await?,
                    None => service.delete_variable(&app, &name).await?,
                }
                println!("deleted {name}");
                Ok(())
            })
        }
    }
}

fn list(store: StoreArgs, app: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let variables = service.variables(&app).await?;
        if json {
            let rows = variables
                .iter()
                .map(|row| json!({ "name": row.name, "value": row.value, "public": !row.authed }));
            return output::json(&rows.collect::<Vec<_>>());
        }
        let rows = variables.into_iter().map(|row| {
            let readers = output::users(row.authed);
            [row.name, row.value, readers.into()]
        });
        output::table(["NAME", "VALUE", "READERS"], rows);
        Ok(())
    })
}

fn list_of_user(store: StoreArgs, app: &str, user: &str, json: bool) -> anyhow::Result<()> {
    with_app(store, app, async |service, app| {
        let variables = service.user(&app, user).await?.variables;
        if json {
            return output::json(&variables.iter().map(user_variable_as_json).collect::<Vec<_>>());
        }
        let rows = variables.into_iter().map(|row| {
            let writers = if row.read_only { "you" } else { "programs" };
            [row.name, row.value, writers.into()]
        });
        output::table(["NAME", "VALUE", "WRITERS"], rows);
        Ok(())
    })
}

pub(super) fn user_variable_as_json(variable: &UserVariable) -> serde_json::Value {
    json!({ "name": variable.name, "value": variable.value, "read_only": variable.read_only })
}
