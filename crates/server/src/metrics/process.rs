//! What the system knows of this process, under the names that all programs use for it.

use claviger_metrics::{Kind, Page};

/// Tells of processor, memory and descriptors; nothing where the system has no `/proc`.
pub(super) fn tell(page: &mut Page) {
    let Some(process) = Process::look() else { return };
    let help = "Processor time of the process, its own and the system's for it.";
    page.family("process_cpu_seconds_total", Kind::Counter, help);
    page.sample(&[], process.cpu_seconds);
    page.gauge("process_start_time_seconds", "Unix second at which the process began.", process.began);
    page.gauge("process_resident_memory_bytes", "Memory that is in use.", process.resident);
    page.gauge("process_virtual_memory_bytes", "Addresses that are in use.", process.virtual_memory);
    page.gauge("process_threads", "Threads of the process.", process.threads);
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        // One of them is the folder that is read.
        page.gauge("process_open_fds", "Descriptors that are open.", open.count().saturating_sub(1));
    }
    if let Some(most) = rustix::process::getrlimit(rustix::process::Resource::Nofile).current {
        page.gauge("process_max_fds", "Descriptors that the process may have.", most);
    }
}

struct Process {
    cpu_seconds: f64,
    began: f64,
    threads: u64,
    virtual_memory: u64,
    resident: u64,
}

impl Process {
    fn look() -> Option<Self> {
        let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
        let booted = std::fs::read_to_string("/proc/stat").ok()?;
        let booted = booted.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
        Self::read(&stat, booted, rustix::param::clock_ticks_per_second(), rustix::param::page_size() as u64)
    }

    /// Reads `/proc/self/stat`. `booted`: Unix second at which the system began.
    #[expect(clippy::cast_precision_loss, reason = "times are shown, not reckoned with")]
    fn read(stat: &str, booted: u64, ticks: u64, page: u64) -> Option<Self> {
        // The name of the program stands in parentheses and may hold anything; state is the third field.
        let (_, fields) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = fields.split_whitespace().collect();
        let number = |place: usize| fields.get(place - 3)?.parse::<u64>().ok();
        let seconds = |count: u64| count as f64 / ticks.max(1) as f64;
        Some(Self {
            cpu_seconds: seconds(number(14)? + number(15)?),
            began: booted as f64 + seconds(number(22)?),
            threads: number(20)?,
            virtual_memory: number(23)?,
            resident: number(24)? * page,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_a_process_is_read() {
        let line =
            "42 (a) b) R 1 42 42 0 -1 4194304 90 0 0 0 250 50 0 0 20 0 7 0 1000 8192 3 18446744073709551615";
        let process = Process::read(line, 1000, 100, 4096).unwrap();
        assert_eq!((process.cpu_seconds.to_string(), process.began.to_string()), ("3".into(), "1010".into()));
        assert_eq!((process.threads, process.virtual_memory, process.resident), (7, 8192, 12_288));
        assert!(Process::read("42 (x) R 1", 1, 100, 4096).is_none());
    }
}
