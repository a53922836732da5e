//! Files on this machine's disks: those of our own, which are their owner's alone and written whole or not at all, and
//! those of others that are read again and again.

mod folder;
mod private;
mod regular;
mod replace;
mod same;

pub use folder::{Lock, create_private_folder, folder_of, lock_file, lock_folder, sync_folder};
pub use private::{create_private, private, private_at_end};
pub use regular::{open_regular, open_regular_itself, read_regular, read_regular_text};
pub use replace::{replace_content, replace_private, resolved, write_private};
pub use same::is_same_file;
