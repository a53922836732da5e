//! `claviger upgrade`: what this program changes in the schema of a database, before the server does it at its start.

use claviger_service::{
    StoreError,
    doctor::{Schema, migrations_after, schema},
};
use serde_json::json;

use super::run::{insist_on_database, with_service};
use crate::{
    config::{Store, StoreArgs},
    output,
};

/// What is asked for.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Change nothing; tell which changes are to come
    #[arg(long)]
    check: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Tells which changes are to come and, unless it is a check, makes them.
pub(crate) fn run(args: StoreArgs, Args { check, json }: Args) -> anyhow::Result<()> {
    let store = Store::resolve(args.clone())?;
    let found = look(&store)?;
    tell(found, json)?;
    if check || found.found == found.known {
        return Ok(());
    }
    // Whoever opens the data brings the schema up to date.
    with_service(args, async |_| Ok(()))?;
    if !json {
        output::say(format_args!("done: the schema is {}", found.known));
    }
    Ok(())
}

/// The schema as it is.
fn look(store: &Store) -> anyhow::Result<Schema> {
    insist_on_database(store, "")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let Schema { found, known } = runtime.block_on(schema(store.database.clone(), &store.master_key))?;
    if found > known {
        return Err(StoreError::Newer { found, known }.into());
    }
    Ok(Schema { found, known })
}

fn tell(Schema { found, known }: Schema, json: bool) -> anyhow::Result<()> {
    let to_come = migrations_after(found);
    if json {
        let one = |change: &claviger_service::doctor::Migration| json!({ "version": change.version, "name": change.name, "about": change.about });
        let to_come: Vec<_> = to_come.iter().map(one).collect();
        return output::json(&json!({ "schema": found, "known": known, "to_come": to_come }));
    }
    if to_come.is_empty() {
        output::say(format_args!("the schema is {found}, which is what this program needs"));
        return Ok(());
    }
    output::say(format_args!(
        "the schema is {found}, this program needs {known}. Make a backup before; an older program refuses the database \
         afterwards, so stop all servers of the older version. To come:"
    ));
    let cells = |change: claviger_service::doctor::Migration| {
        [change.version.to_string(), change.name.to_owned(), change.about]
    };
    output::table(["SCHEMA", "NAME", "WHAT IT BRINGS"], to_come.into_iter().map(cells));
    Ok(())
}
