//! `claviger file`: files that programs download.

use std::{io::Read, path::Path};

use anyhow::{Context, ensure};
use claviger_service::{
    File,
    vendor::{FileContent, NewFile},
};
use serde_json::json;

use super::{
    args::{ConfirmArgs, ShowArgs},
    run::{delete, with_app},
};
use crate::{config::StoreArgs, output};

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
            let (name, content) = read(&source, service.file_max_bytes())?;
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
fn read(source: &str, max: u64) -> anyhow::Result<(String, FileContent)> {
    if source.starts_with("http://") || source.starts_with("https://") {
        let path = source.split(['?', '#']).next().unwrap_or(source).trim_end_matches('/');
        let name = path.rsplit('/').next().filter(|name| !name.is_empty()).unwrap_or(source);
        return Ok((name.into(), FileContent::Url { url: source.into(), size: 0 }));
    }
    let path = Path::new(source);
    let cannot = || format!("cannot read {source}");
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).with_context(cannot)?;
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).with_context(cannot)?;
    // One byte more tells a file that is too large.
    file.take(max.saturating_add(1)).read_to_end(&mut bytes).with_context(cannot)?;
    ensure!(
        bytes.len() as u64 <= max,
        "{source} is larger than {max} bytes: raise file_max_bytes, of the server too, or add its address on a web server"
    );
    Ok((name, FileContent::Bytes(bytes)))
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
            let (found, content) = read(url, 0).unwrap();
            assert_eq!(found, name);
            assert!(matches!(content, FileContent::Url { url: kept, .. } if kept == url));
        }
    }

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("loader.exe");
        std::fs::write(&path, "12345").unwrap();
        let source = path.to_str().unwrap();
        let (name, content) = read(source, 5).unwrap();
        assert_eq!(name, "loader.exe");
        assert!(matches!(content, FileContent::Bytes(bytes) if bytes == b"12345"));
        assert!(
            read(source, 4).unwrap_err().to_string().contains("is larger than 4 bytes: raise file_max_bytes")
        );
        let missing = folder.path().join("missing");
        assert!(read(missing.to_str().unwrap(), 5).unwrap_err().to_string().starts_with("cannot read "));
    }
}
