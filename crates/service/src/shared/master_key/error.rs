//! Why there is no usable master key.

/// Why there is no usable master key. Each names where it was looked for.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The file cannot be read or written.
    #[error("the master key file {path} cannot be used: {fault}; see whose it is, and its permissions")]
    File {
        /// Where it is.
        path: String,
        /// What the system says. Not the `source`: it is told already.
        fault: std::io::Error,
    },
    /// The file is a mount point.
    #[error(
        "the master key {0} is mounted as a single file, which cannot be replaced: mount the folder that it is in, or change it \
         where it comes from"
    )]
    Mounted(String),
    /// There is something else.
    #[error("{0} is no master key: it must hold 64 hexadecimal digits. Restore it from your backup")]
    Malformed(String),
    /// There is nothing in the file.
    #[error(
        "the master key {0} is empty: if the database is a new one, the start that would have made the key was interrupted, so \
         remove the file; else restore it from your backup"
    )]
    Empty(String),
    /// Other users of the machine can read the file.
    #[error("the master key {0} {1}")]
    Exposed(String, String),
    /// It cannot be read without the passphrase.
    #[error(
        "the master key {0} is protected by a passphrase: start at a terminal, which asks for it, or put it into a file and \
         name that with --master-passphrase-file, or set CLAVIGER_MASTER_PASSPHRASE"
    )]
    Protected(String),
    /// The passphrase is another one.
    #[error("the passphrase does not open the master key {0}")]
    Passphrase(String),
    /// The database was set up with another key.
    #[error(
        "the master key {0} is not the one that this database was set up with. \
         Put the lines of the right file before those in it, or name that with --master-key-file; replace no file, which may \
         hold the only copy of a key"
    )]
    Wrong(String),
    /// The database was set up before, but the key is not here.
    #[error(
        "this database was set up with a master key, and {0} is not there. \
         Copy it from the first server or from your backup, or name it with --master-key-file"
    )]
    Missing(String),
    /// The key does not come from a file that could be changed.
    #[error("the master key comes from {0}, which Claviger cannot change: {1}")]
    Fixed(String, &'static str),
    /// A rotation turns to a key that is not there.
    #[error(
        "another rotation is under way from another key file: it turns to the master key {name}, which is not in {place}. \
         Run `claviger keys rotate` again where it began, or put the lines of that file before those of this one (replace no file, \
         which may hold the only copy of a key); if that file is lost, add --keys-are-lost"
    )]
    Elsewhere {
        /// The key that is not there.
        name: String,
        /// Where it was looked for.
        place: String,
    },
    /// Another rotation began or ended meanwhile.
    #[error(
        "another rotation of the master key was begun or ended meanwhile: see `claviger keys list`, and run this again if you \
         want one more"
    )]
    Overtaken,
    /// No key opens some of what is encrypted.
    #[error(
        "{values} values are encrypted under a master key that is not in {place}, so the rotation is not done. The file of another \
         node may hold that key: add its lines after those of this one (replace no file, which may hold the only copy of a key) and \
         run this again; if the key is lost, and these values with it, add --keys-are-lost"
    )]
    Unreadable {
        /// How many values.
        values: u64,
        /// Where keys were looked for.
        place: String,
    },
    /// Another command changes the file.
    #[error("the master key {0} is being changed by another command: wait until that has ended")]
    InUse(String),
}
