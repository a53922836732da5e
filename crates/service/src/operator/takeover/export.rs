//! The files of an export, and their rows.

use std::{
    fs,
    io::{self, Read},
    path::{Path, PathBuf},
    sync::Arc,
};

use aws_lc_rs::digest;
use claviger_archive::foreign::{ForeignError, ForeignRow, is_utf16, read_csv, read_dump, read_json};

use super::{
    columns::named,
    origin::Origin,
    replies::failure,
    tables::{PASSES, of_reply},
};
use crate::ServiceError;

/// Files of a folder that are read.
const FILES_MAX: usize = 1000;
/// Bytes that are read at once.
const PIECE: usize = 64 << 10;

/// The files of an export.
#[derive(Clone, Debug)]
pub(super) struct Export {
    files: Vec<Origin>,
    form: Form,
}

/// What an export is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Dump,
    /// Replies of the Seller API.
    Replies,
    /// A table of users.
    List,
}

/// How a file begins.
enum Beginning {
    Dump,
    Json,
    /// It is neither, for this reason.
    Unfit(&'static str),
}

impl Export {
    /// Looks at what kind of export it is.
    pub(super) fn open(path: &Path) -> Result<Self, ServiceError> {
        let whole = Origin::File(path.to_owned());
        let found = if path.is_dir() { files_of(path) } else { Ok(vec![path.to_owned()]) };
        let found = found.map_err(|error| unreadable(&whole, &error))?;
        let files: Vec<Origin> = found.into_iter().map(Origin::File).collect();
        let (mut dumps, mut replies) = (0, 0);
        for file in &files {
            match beginning(file).map_err(|error| unreadable(file, &error))? {
                Beginning::Dump => dumps += 1,
                Beginning::Json => replies += 1,
                Beginning::Unfit(why) => return Err(refused(file, why)),
            }
        }
        match (dumps, replies) {
            (0, 0) => Err(refused(&whole, "there is nothing in it")),
            (_, 0) => Ok(Self { files, form: Form::Dump }),
            (0, _) => Ok(Self { files, form: Form::Replies }),
            _ => Err(refused(&whole, "it has dumps and replies of the Seller API; take one after the other")),
        }
    }

    /// A list of users.
    pub(super) fn list(origin: Origin) -> Self {
        Self { files: vec![origin], form: Form::List }
    }

    /// Whether it is a dump; else there is no table of applications in it.
    pub(super) fn is_dump(&self) -> bool {
        self.form == Form::Dump
    }

    /// How often it is read to be taken. All that a list says of a user stands in one row.
    pub(super) fn passes(&self) -> usize {
        if self.form == Form::List { 1 } else { PASSES }
    }

    /// SHA-256 of all files, as hexadecimal digits.
    pub(super) fn digest(&self) -> Result<String, ServiceError> {
        let mut context = digest::Context::new(&digest::SHA256);
        let mut piece = vec![0; PIECE];
        for origin in &self.files {
            let mut hash = || -> io::Result<()> {
                let (mut bytes, length) = origin.bytes()?;
                context.update(&length.to_be_bytes());
                loop {
                    match bytes.read(&mut piece)? {
                        0 => return Ok(()),
                        read => context.update(&piece[..read]),
                    }
                }
            };
            hash().map_err(|error| unreadable(origin, &error))?;
        }
        Ok(hex::encode(context.finish().as_ref()))
    }

    /// Hands on the rows of all files until `each` wants no more. The values are only there of tables that `wanted` names.
    ///
    /// # Errors
    /// When one cannot be read, or is a reply that failed.
    pub(super) fn rows(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        each: &mut dyn FnMut(ForeignRow) -> bool,
    ) -> Result<(), ServiceError> {
        let mut more = true;
        for origin in &self.files {
            if !more {
                break;
            }
            let mut handed_on = |row| {
                more = each(row);
                more
            };
            let content = origin.content().map_err(|error| unreadable(origin, &error))?;
            let mut failed = None;
            let outcome = match self.form {
                Form::Dump => read_dump(content, wanted, &mut handed_on),
                Form::Replies => {
                    let mut has_rows = false;
                    read_json(content, &stem(origin), &mut |row| {
                        failed = failure(&row, has_rows);
                        has_rows = true;
                        failed.is_none() && self.of_reply(row, &mut handed_on)
                    })
                }
                Form::List => read_list(content, &mut handed_on),
            };
            outcome.map_err(|error: ForeignError| refused(origin, &error.to_string()))?;
            if let Some(message) = failed {
                let why = format!(
                    "it is a reply that failed, \"{message}\": fetch it again, or take it out of the folder"
                );
                return Err(refused(origin, &why));
            }
        }
        Ok(())
    }

    /// A row of a reply under the name of its table in dumps; what a user has stands in the row of the user.
    fn of_reply(&self, mut row: ForeignRow, each: &mut dyn FnMut(ForeignRow) -> bool) -> bool {
        let name = of_reply(&row.table, &row.columns);
        if name != &*row.table {
            row.table = name.into();
        }
        let had = if &*row.table == "users" { subscriptions_of(&row) } else { Vec::new() };
        each(row) && had.into_iter().all(each)
    }
}

/// Hands on the rows of a list of users, whose columns have their names here.
fn read_list(source: impl Read, each: &mut dyn FnMut(ForeignRow) -> bool) -> Result<(), ForeignError> {
    let mut columns: Option<Result<Arc<[String]>, String>> = None;
    read_csv(source, "users", &mut |row| match columns.get_or_insert_with(|| named(&row.columns)) {
        Ok(columns) => each(ForeignRow { columns: columns.clone(), ..row }),
        Err(_) => false,
    })?;
    match columns {
        Some(Err(what)) => Err(ForeignError::Malformed { line: 1, what }),
        _ => Ok(()),
    }
}

/// The rows that `subscriptions` in the row of a user stands for.
fn subscriptions_of(row: &ForeignRow) -> Vec<ForeignRow> {
    let value = |column: &str| {
        let at = row.columns.iter().position(|name| name == column)?;
        row.values.get(at)?.as_deref()
    };
    let (Some(user), Some(list)) = (value("username"), value("subscriptions")) else { return Vec::new() };
    let list: Vec<serde_json::Map<String, serde_json::Value>> =
        serde_json::from_slice(list).unwrap_or_default();
    let one = |fields: serde_json::Map<String, serde_json::Value>| {
        let text = |value: serde_json::Value| match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.into_bytes()),
            serde_json::Value::Bool(flag) => Some(vec![b'0' + u8::from(flag)]),
            other => Some(other.to_string().into_bytes()),
        };
        let named = fields.into_iter().map(|(name, value)| (name, text(value)));
        let (columns, values): (Vec<_>, Vec<_>) = named.chain([("user".into(), Some(user.to_vec()))]).unzip();
        ForeignRow { table: "subs".into(), line: row.line, columns: columns.into(), values, fault: None }
    };
    list.into_iter().map(one).collect()
}

fn refused(origin: &Origin, why: &str) -> ServiceError {
    ServiceError::Refused(format!("{origin}: {why}"))
}

fn unreadable(origin: &Origin, error: &io::Error) -> ServiceError {
    ServiceError::Refused(format!("{origin} cannot be read: {error}"))
}

/// What a list without a name is called: as its file.
fn stem(origin: &Origin) -> String {
    let path = origin.to_string();
    let name = Path::new(&path).file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

/// The files of a folder, in the order of their names; none whose name begins with a dot.
fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.path().is_file() && !entry.file_name().to_string_lossy().starts_with('.') {
            files.push(entry.path());
        }
        if files.len() > FILES_MAX {
            return Err(io::Error::other(format!("the folder has more than {FILES_MAX} files")));
        }
    }
    files.sort();
    Ok(files)
}

/// How the content of a file begins.
fn beginning(origin: &Origin) -> io::Result<Beginning> {
    let mut begin = Vec::new();
    origin.content()?.take(4096).read_to_end(&mut begin)?;
    if is_utf16(&begin) {
        return Ok(Beginning::Unfit(
            "it is UTF-16, as PowerShell writes what `>` puts into a file, and letters beyond ASCII may be broken in it: let the \
             program write the file itself, `mysqldump --result-file=keyauth.sql` or `curl -o users.json`",
        ));
    }
    let text = begin.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&begin);
    Ok(match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b'{' | b'[') => Beginning::Json,
        Some(b'<') => Beginning::Unfit(
            "it is a page of HTML, or XML: a proxy may have answered in place of the Seller API; fetch it again, or dump without \
             `--xml`",
        ),
        Some(_) => Beginning::Dump,
        None => Beginning::Unfit("there is nothing in it: make it anew, or take it out of the folder"),
    })
}
