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
    /// Other users of the machine can read the file.
    #[error("the master key {0} can be read by other users of this machine: run `chmod 600 {0}`")]
    Exposed(String),
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
         Copy the right file there, or name it with --master-key-file"
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
    /// Another command changes the file.
    #[error("the master key {0} is being changed by another command: wait until that has ended")]
    InUse(String),
}
