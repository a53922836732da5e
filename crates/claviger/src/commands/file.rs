//! `claviger file`: files that programs download.

use std::{fs, io::Read, path::Path};

use anyhow::{Context, ensure};
use claviger_service::{
    App, File, Service,
    vendor::{FileContent, NewFile},
};
use serde_json::json;

use super::{
    args::{ConfirmArgs, ShowArgs},
    run::{delete, with_app},
};
use crate::{config::StoreArgs, output};

/// So much of a file is read at once.
const PIECE: usize = 64 * 1024;

/// What can be done with files.
#[derive(clap::Subcommand)]
pub(crate) enum Command {
    /// Add a file; shows its id, which programs name
    Add {
        /// OWNER/APP
        app: String,
        /// A file to be uploaded, or an http(s) address that is asked anew at each download
        #[arg(value_name = "PATH_OR_URL")]
        source: String,
        /// Programs may download it before anybody has signed in
        #[arg(long)]
        public: bool,
        /// Id of at most 49 of 0-9 A-Z a-z _ - [default: drawn]
        #[arg(long)]
        id: Option<String>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List files
    List(ShowArgs),
    /// Delete a file
    Delete {
        #[command(flatten)]
        from: ConfirmArgs,
        /// Its id
        id: String,
    },
}

/// Runs one of the commands.
pub(crate) fn run(store: StoreArgs, command: Command) -> anyhow::Result<()> {
    match command {
        Command::Add { app, source, public, id, json } => with_app(store, &app, async |service, app| {
            let (name, content) = content(&service, &app, &source).await?;
            let new = NewFile { name, content, id, authed: !public };
            let file = service.add_file(&app, new).await?;
            output::record(json, &as_json(&file), &[("id", &file.id)])
        }),
        Command::List(ShowArgs { app, json }) => with_app(store, &app, async |service, app| {
            output::list(json, HEAD, service.files(&app).await?, cells, as_json)
        }),
        Command::Delete { from, id } => {
            let loss = format!("Programs that name {id} will not find it.");
            delete(store, &from, &id, &loss, async |service, app| service.delete_file(&app, &id).await)
        }
    }
}

/// The name and content of what is to be added.
async fn content(service: &Service, app: &App, source: &str) -> anyhow::Result<(String, FileContent)> {
    if let Some(name) = name_of(source) {
        return Ok((name.into(), FileContent::Url { url: source.into(), size: 0 }));
    }
    let path = Path::new(source);
    let cannot = || format!("cannot read {source}");
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).with_context(cannot)?;
    let mut file = fs::File::open(path).with_context(cannot)?;
    let (max, size) = (service.file_max_bytes(), file.metadata().with_context(cannot)?.len());
    ensure!(
        size <= max,
        "{source} is larger than {max} bytes: raise file_max_bytes, of the server too, or add its address on a web server"
    );
    // Pipes and the like tell no size.
    let mut upload = service.begin_upload(app, size, if size == 0 { max } else { size }).await?;
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).with_context(cannot)? {
            0 => return Ok((name, FileContent::Upload(upload))),
            length => upload.write(&piece[..length]).await?,
        }
    }
}

/// What an address is named after: the last part of its path; `None` for what is no address.
fn name_of(source: &str) -> Option<&str> {
    if !source.starts_with("http://") && !source.starts_with("https://") {
        return None;
    }
    let path = source.split(['?', '#']).next().unwrap_or(source).trim_end_matches('/');
    Some(path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(source))
}

const HEAD: [&str; 6] = ["ID", "NAME", "BYTES", "USERS", "ADDED", "URL"];

fn cells(file: File) -> [String; 6] {
    let users = output::users(file.authed);
    let size = if file.url.is_some() { "-".into() } else { file.size.to_string() };
    let added = output::time(file.uploaded);
    [file.id, file.name, size, users.into(), added, output::or_dash(file.url.as_deref())]
}

fn as_json(file: &File) -> serde_json::Value {
    json!({
        "id": file.id,
        "name": file.name,
        "url": file.url,
        "size": if file.url.is_some() { None } else { Some(file.size) },
        "added": file.uploaded,
        "public": !file.authed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_after_its_path() {
        for (url, name) in [
            ("https://example.com/a/loader.exe?x=/y#z", "loader.exe"),
            ("http://example.com/a/", "a"),
            ("https://example.com", "example.com"),
        ] {
            assert_eq!(name_of(url), Some(name));
        }
        assert_eq!(name_of("/tmp/loader.exe"), None);
    }
}
