//! `claviger serve --demo`: something to try things with, and the lines to paste.

use std::{fs, io::ErrorKind, path::Path};

use anyhow::{Context, bail};
use claviger_files::replace_private;
use claviger_service::{DEMO_OWNER, Service};
use serde::{Deserialize, Serialize};

/// Name of the file in the data folder.
pub(super) const FILE: &str = "demo.json";

/// Everything one needs to call the demo application. Holds secrets: only the owner of the file can read it.
#[derive(Serialize, Deserialize)]
struct DemoFile {
    base_url: String,
    owner_id: String,
    app_name: String,
    app_version: String,
    app_secret: String,
    seller_key: String,
    public_key: String,
    licenses: Vec<String>,
    dashboard: Dashboard,
}

#[derive(Serialize, Deserialize)]
struct Dashboard {
    url: String,
    username: String,
    password: String,
}

/// Makes the demo, or finds the one that is there, and shows how to call it.
pub(super) async fn prepare(service: &Service, data_dir: &Path, base_url: &str) -> anyhow::Result<()> {
    let path = data_dir.join(FILE);
    let mut file = match fs::read_to_string(&path) {
        Ok(text) => serde_json::from_str(&text)
            .with_context(|| format!("{} is damaged: start the demo on an empty folder", path.display()))?,
        Err(error) if error.kind() == ErrorKind::NotFound => create(service, data_dir).await?,
        Err(error) => return Err(error).with_context(|| format!("cannot read {}", path.display())),
    };
    file.base_url = base_url.into();
    file.dashboard.url = format!("{base_url}/dashboard/");
    // A reader never sees half of it.
    replace_private(&path, serde_json::to_string_pretty(&file)?.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))?;
    print(&file, &path);
    Ok(())
}

async fn create(service: &Service, data_dir: &Path) -> anyhow::Result<DemoFile> {
    if service.has_owners().await? {
        bail!(
            "the database is in use, and {} is not there: start without --demo, or name an empty folder with --data-dir",
            data_dir.join(FILE).display()
        );
    }
    let demo = service.create_demo().await?;
    let app = demo.created.app;
    Ok(DemoFile {
        base_url: String::new(),
        owner_id: app.owner_id.clone(),
        app_name: app.name.clone(),
        app_version: app.settings.version.clone(),
        app_secret: app.secret.expose().into(),
        seller_key: demo.created.seller_key.expose().into(),
        public_key: service.signing_key(&app).public_hex().into(),
        licenses: demo.licenses,
        dashboard: Dashboard {
            url: String::new(),
            username: DEMO_OWNER.into(),
            password: demo.password.expose().into(),
        },
    })
}

fn print(file: &DemoFile, path: &Path) {
    let DemoFile { base_url, owner_id, app_name, app_version, seller_key, public_key, dashboard, .. } = file;
    let Dashboard { url, username, password } = dashboard;
    let license = file.licenses.first().map_or("", String::as_str);
    println!(
        "\nClaviger runs at {base_url} with a demo application. Rate limits are off: do not use this in production.\n\
         \nIn a browser: {url}\n\
         \n  name        {username}\n  password    {password}\n\
         \nWhat its programs and bots need, here and on the page Credentials:\n\
         \n  owner id    {owner_id}\n  app         {app_name}, version {app_version}\n  \
         seller key  {seller_key}\n  public key  {public_key}\n  a license   {license}\n  \
         everything  {}\n\
         \n# A program starts (the reply holds the session's id; the pages Credentials and Sessions show it at once):\n\
         curl '{base_url}/api/1.3/' -d 'type=init&ver={app_version}&name={app_name}&ownerid={owner_id}'\n\
         \n# You list its session:\n\
         curl '{base_url}/api/seller/?sellerkey={seller_key}&type=fetchallsessions'\n\
         \n# You kill it (put its id in):\n\
         curl '{base_url}/api/seller/?sellerkey={seller_key}&type=kill&sessid=SESSION'\n\
         \n# You kill all sessions:\n\
         curl '{base_url}/api/seller/?sellerkey={seller_key}&type=killall'\n",
        path.display()
    );
}
