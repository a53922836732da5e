//! Files on this machine's disks: those of our own, which are their owner's alone and written whole or not at all, and
//! those of others that are read again and again.

mod above;
mod exposed;
mod folder;
mod owner;
mod private;
mod regular;
mod replace;
mod same;

pub use above::folder_of;
pub use exposed::exposure;
pub use folder::{Lock, create_private_folder, lock_file, lock_folder, sync_folder};
pub use private::{create_private, open_private, private, private_at_end};
pub use regular::{open_regular, open_regular_itself, read_regular, read_regular_text};
pub use replace::{replace_content, replace_private, resolved, write_private};
pub use same::is_same_file;

/// What to do where the system says that a file system is read-only, which a unit of systemd makes of whatever it does not
/// name (`ProtectSystem=strict`).
pub const READ_ONLY: &str = "its disk is mounted read-only, or the service's unit forbids writing there: allow it with \
    `systemctl edit claviger`, [Service], ReadWritePaths= and the folder";
