//! How fast a backup is made or looked at beside a server that has other things to do.

use std::io::{self, Read};
use std::thread;
use std::time::{Duration, Instant};

use claviger_capacity::GiveWay;

/// Work goes on for so long, and then rests.
const WORK: Duration = Duration::from_millis(10);
/// The longest rest.
const LONGEST: Duration = Duration::from_millis(500);

/// Whether work beside a server takes its time. To give way alone is not enough: it helps neither against writing nor on
/// cores that share what is in them. What was measured with and without rests is in ARCHITECTURE.md, under "Figures".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pace {
    /// It works a part of the time only, so that neither processor nor disk are its own.
    Gentle,
    /// It does not rest: somebody waits for it.
    Fast,
}

/// Work that rests as its pace has it.
pub(super) struct Paced {
    pace: Pace,
    rests: u32,
    begun: Instant,
}

impl Paced {
    /// Begins it on this thread, which gives way to others from then on if it need not hurry. It rests `rests` times as
    /// long as it worked, which took longer where others were in its way.
    pub(super) fn begin(pace: Pace, rests: u32) -> Self {
        if pace == Pace::Gentle {
            GiveWay::Utterly.begin();
        }
        Self { pace, rests, begun: Instant::now() }
    }

    /// Rests if it is time for that. Cheap enough for every row.
    pub(super) fn rest(&mut self) {
        if let Some(pause) = self.pace.pause(self.begun.elapsed(), self.rests) {
            thread::sleep(pause);
            self.begun = Instant::now();
        }
    }
}

impl Pace {
    fn pause(self, worked: Duration, rests: u32) -> Option<Duration> {
        (self == Self::Gentle && worked >= WORK).then(|| (worked * rests).min(LONGEST))
    }
}

/// What is read in pieces, between which it may rest.
pub(super) struct PacedRead<'a, R>(pub(super) R, pub(super) &'a mut Paced);

impl<R: Read> Read for PacedRead<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.1.rest();
        self.0.read(buffer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gentle_work_rests_so_many_times_as_long_as_it_works() {
        for (worked, rests, expected) in [
            (0, 2, None),
            (9, 4, None),
            (10, 2, Some(20)),
            (10, 4, Some(40)),
            (100, 2, Some(200)),
            (9000, 4, Some(500)),
        ] {
            let pause = Pace::Gentle.pause(Duration::from_millis(worked), rests);
            assert_eq!(pause, expected.map(Duration::from_millis), "{worked} ms, {rests}");
        }
        assert_eq!(Pace::Fast.pause(Duration::from_secs(1), 4), None);
    }
}
