//! What a process takes of the machine, as Linux counts it: memory, processor time, descriptors, threads.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// Written to `clear_refs`, it makes the peak start again from the present value.
const RESET_PEAK: &str = "5";
/// Length of a tick in which processor time is told; 100 a second on every Linux that there is.
const TICK: Duration = Duration::from_millis(10);
/// Where in `stat` the ticks in user mode stand, counted behind the name; those in the kernel follow.
const USER_TICKS: usize = 11;

/// Resident memory now, in bytes.
///
/// # Errors
/// When the process is gone.
pub fn resident(pid: u32) -> Result<u64> {
    read(pid, "VmRSS")
}

/// Resident memory at its peak, in bytes.
///
/// # Errors
/// When the process is gone.
pub fn peak(pid: u32) -> Result<u64> {
    read(pid, "VmHWM")
}

/// Processor time that it took since its start, in steps of 10 ms; of all its threads.
///
/// # Errors
/// When the process is gone.
pub fn processor_time(pid: u32) -> Result<Duration> {
    let file = format!("/proc/{pid}/stat");
    let stat = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    parse_ticks(&stat).map(|ticks| TICK * ticks).with_context(|| format!("{file} is not as expected"))
}

/// Descriptors that it has open.
///
/// # Errors
/// When the process is gone or somebody else's.
pub fn descriptors(pid: u32) -> Result<usize> {
    let folder = format!("/proc/{pid}/fd");
    Ok(fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))?.count())
}

/// Its threads.
///
/// # Errors
/// When the process is gone.
pub fn threads(pid: u32) -> Result<usize> {
    let folder = format!("/proc/{pid}/task");
    Ok(fs::read_dir(&folder).with_context(|| format!("cannot read {folder}"))?.count())
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

    /// The value at the beginning, in bytes.
    pub fn before(&self) -> u64 {
        self.before
    }

    /// By how many bytes the peak since then exceeds the value at the beginning.
    ///
    /// # Errors
    /// When the process is gone.
    pub fn peak(&self) -> Result<u64> {
        Ok(peak(self.pid)?.saturating_sub(self.before))
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

/// Ticks in user mode and in the kernel. The name before them may hold blanks and brackets.
fn parse_ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(USER_TICKS);
    let user: u32 = fields.next()?.parse().ok()?;
    let kernel: u32 = fields.next()?.parse().ok()?;
    Some(user + kernel)
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

    #[test]
    fn ticks_are_found_behind_an_odd_name() {
        let stat = "7 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 1200 34 0 0 20 0 9 0 1 2 3";
        assert_eq!(parse_ticks(stat), Some(1234));
        assert_eq!(parse_ticks("7 (a"), None);
    }

    #[test]
    fn our_own_threads_and_descriptors_are_counted() {
        let own = std::process::id();
        let before = descriptors(own).unwrap();
        let files: Vec<_> = (0..50).map(|_| fs::File::open("/dev/null").unwrap()).collect();
        assert!(descriptors(own).unwrap() + 10 > before + files.len());
        assert!(threads(own).unwrap() > 0);
        processor_time(own).unwrap();
    }
}
