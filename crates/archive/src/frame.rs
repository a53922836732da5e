//! Frames: pieces of the stream, each compressed by itself, so that whoever reads holds one of them.

use std::io::{self, Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use crate::ArchiveError;

/// Bytes of rows and contents in a frame, as far as one row does not need more.
pub(crate) const FRAME: usize = 256 * 1024;
/// Bytes that a frame may have.
const FRAME_MAX: usize = 64 * 1024 * 1024;
/// Measured on rows: a higher level takes twice as long for a tenth less.
const LEVEL: u32 = 1;

/// What a frame holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Header,
    Table,
    Rows,
    TableEnd,
    File,
    Data,
    FileEnd,
    End,
}

const KINDS: [(Kind, u8); 8] = [
    (Kind::Header, b'H'),
    (Kind::Table, b'T'),
    (Kind::Rows, b'R'),
    (Kind::TableEnd, b't'),
    (Kind::File, b'F'),
    (Kind::Data, b'D'),
    (Kind::FileEnd, b'f'),
    (Kind::End, b'E'),
];

/// Writes a frame.
pub(crate) fn write(out: &mut impl Write, kind: Kind, content: &[u8]) -> Result<(), ArchiveError> {
    if content.len() > FRAME_MAX {
        return Err(ArchiveError::TooLarge(content.len()));
    }
    let mut packed = DeflateEncoder::new(Vec::with_capacity(content.len() / 2 + 64), Compression::new(LEVEL));
    packed.write_all(content)?;
    let packed = packed.finish()?;
    let mark = KINDS.iter().find(|(known, _)| *known == kind).map_or(0, |(_, mark)| *mark);
    out.write_all(&[mark])?;
    out.write_all(&(content.len() as u32).to_be_bytes())?;
    out.write_all(&(packed.len() as u32).to_be_bytes())?;
    out.write_all(&packed)?;
    Ok(())
}

/// Reads a frame into `content`. No more memory is taken than there are bytes to fill it.
pub(crate) fn read(input: &mut impl Read, content: &mut Vec<u8>) -> Result<Kind, ArchiveError> {
    let mut head = [0; 9];
    input.read_exact(&mut head).map_err(ArchiveError::reading)?;
    let [mark, a, b, c, d, e, f, g, h] = head;
    let kind = KINDS.iter().find(|(_, known)| *known == mark).map(|(kind, _)| *kind);
    let kind = kind.ok_or(ArchiveError::Damaged("a frame is of no known kind"))?;
    let [length, packed] = [[a, b, c, d], [e, f, g, h]].map(|bytes| u32::from_be_bytes(bytes) as usize);
    if length > FRAME_MAX || packed > FRAME_MAX + FRAME_MAX / 16 {
        return Err(ArchiveError::Damaged("a frame is too large"));
    }
    content.clear();
    let mut limited = input.take(packed as u64);
    let unpacked = DeflateDecoder::new(&mut limited).take(length as u64 + 1).read_to_end(content);
    let more = limited.limit() > 0;
    match unpacked {
        Ok(_) => {}
        // Looked at below.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
        Err(error) if is_of_deflate(&error) => {
            return Err(ArchiveError::Damaged("a frame cannot be unpacked"));
        }
        Err(error) => return Err(error.into()),
    }
    // Did the decoder miss something that is there, or is it not there?
    io::copy(&mut limited, &mut io::sink())?;
    if limited.limit() > 0 {
        return Err(ArchiveError::CutOff);
    }
    if content.len() != length || more {
        return Err(ArchiveError::Damaged("a frame has another length than it says"));
    }
    Ok(kind)
}

/// Whether a failure is the compression's own, not that of what is read.
fn is_of_deflate(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::InvalidInput
        && error.get_ref().is_none_or(|inner| !inner.is::<ArchiveError>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(content: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut out, Kind::Rows, content).unwrap();
        out
    }

    #[test]
    fn reads_what_it_wrote_and_no_further() {
        let content: Vec<u8> = (0..600_000_u32).flat_map(u32::to_le_bytes).collect();
        let mut bytes = frame(&content);
        bytes.extend(frame(b""));
        bytes.push(b'!');
        let (mut input, mut read_back) = (bytes.as_slice(), Vec::new());
        assert_eq!(read(&mut input, &mut read_back).unwrap(), Kind::Rows);
        assert_eq!(read_back, content);
        assert_eq!(read(&mut input, &mut read_back).unwrap(), Kind::Rows);
        assert!(read_back.is_empty() && input == b"!");
    }

    #[test]
    fn refuses_what_is_cut_off_or_lies() {
        let whole = frame(b"some rows, some rows, some rows");
        for end in 0..whole.len() {
            let outcome = read(&mut &whole[..end], &mut Vec::new());
            assert!(matches!(outcome, Err(ArchiveError::CutOff)), "{end}: {outcome:?}");
        }
        for (at, byte) in [(0, b'?'), (1, 0xff), (4, 30), (4, 32), (5, 0xff)] {
            let mut lying = whole.clone();
            lying[at] = byte;
            assert!(read(&mut lying.as_slice(), &mut Vec::new()).is_err(), "{at}");
        }
    }
}
