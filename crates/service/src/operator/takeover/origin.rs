//! Where an export or a list stands: a file, or what was read of something that can be read once only.

use std::{
    fmt,
    fs::{self, File},
    io::{self, BufReader, Cursor, Read},
    path::PathBuf,
    sync::Arc,
};

use flate2::read::MultiGzDecoder;

/// What a file compressed by gzip begins with.
const PACKED: [u8; 2] = [0x1F, 0x8B];

/// Where an export or a list stands. It is read several times.
#[derive(Clone)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// What came out of a pipe, say.
    Held {
        /// What that is called in messages.
        name: String,
        /// All of it.
        bytes: Arc<[u8]>,
    },
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::Held { name, .. } => formatter.write_str(name),
        }
    }
}

/// Without what is in it, which may be passwords.
impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Origin({self})")
    }
}

impl Origin {
    /// Its bytes as they are, and how many.
    ///
    /// # Errors
    /// When it cannot be read, or only once.
    pub(super) fn bytes(&self) -> io::Result<(Box<dyn Read>, u64)> {
        match self {
            Self::File(path) => {
                // Before it is opened, which waits where nobody writes into a pipe.
                if !fs::metadata(path)?.is_file() {
                    return Err(io::Error::other(
                        "it is no regular file, and it is read several times: write into a file what comes out of it, and \
                         name that",
                    ));
                }
                let file = File::open(path)?;
                let length = file.metadata()?.len();
                Ok((Box::new(file), length))
            }
            Self::Held { bytes, .. } => Ok((Box::new(Cursor::new(bytes.clone())), bytes.len() as u64)),
        }
    }

    /// Its content, unpacked where it is compressed.
    ///
    /// # Errors
    /// As for [`Origin::bytes`].
    pub(super) fn content(&self) -> io::Result<Box<dyn Read>> {
        let (mut bytes, _) = self.bytes()?;
        let mut begin = Vec::with_capacity(PACKED.len());
        bytes.by_ref().take(PACKED.len() as u64).read_to_end(&mut begin)?;
        let packed = begin == PACKED;
        let whole = Cursor::new(begin).chain(bytes);
        Ok(if packed { Box::new(MultiGzDecoder::new(BufReader::new(whole))) } else { Box::new(whole) })
    }
}
