//! Resident memory of a process, as Linux counts it.

use std::fs;

use anyhow::{Context, Result};

/// Written to `clear_refs`, it makes the peak start again from the present value.
const RESET_PEAK: &str = "5";

/// Resident memory now, in bytes.
///
/// # Errors
/// When the process is gone.
pub fn resident(pid: u32) -> Result<u64> {
    read(pid, "VmRSS")
}

/// Watches how far resident memory grows over a piece of work.
#[derive(Debug)]
pub struct Growth {
    pid: u32,
    before: u64,
}

impl Growth {
    /// Begins to watch.
    ///
    /// # Errors
    /// When the process is gone or the kernel can't reset the peak.
    pub fn watch(pid: u32) -> Result<Self> {
        let file = format!("/proc/{pid}/clear_refs");
        fs::write(&file, RESET_PEAK).with_context(|| format!("cannot reset the peak in {file}"))?;
        Ok(Self { pid, before: resident(pid)? })
    }

    /// By how many bytes the peak since then exceeds the value at the beginning.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn peak(&self) -> Result<u64> {
        Ok(read(self.pid, "VmHWM")?.saturating_sub(self.before))
    }
}

fn read(pid: u32, field: &str) -> Result<u64> {
    let file = format!("/proc/{pid}/status");
    let status = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    parse(&status, field).with_context(|| format!("{file} has no {field}"))
}

/// The value of a line like `VmRSS:    5124 kB`, in bytes.
fn parse(status: &str, field: &str) -> Option<u64> {
    let value = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'))?;
    let kib: u64 = value.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_read_in_bytes() {
        let status = "Name:\tclaviger\nVmHWM:\t   20 kB\nVmRSS:\t    5124 kB\n";
        assert_eq!(parse(status, "VmRSS"), Some(5124 * 1024));
        assert_eq!(parse(status, "VmHWM"), Some(20 * 1024));
        assert_eq!(parse(status, "VmSwap"), None);
    }

    #[test]
    fn our_own_memory_can_be_watched() {
        let growth = Growth::watch(std::process::id()).unwrap();
        let filled = vec![1_u8; 32 << 20];
        assert!(growth.peak().unwrap() > 16 << 20);
        drop(filled);
    }
}
