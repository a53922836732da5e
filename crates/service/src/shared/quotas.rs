//! What uploads under way have reserved, so that several at once do not exceed together what one alone may not.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// By the number of the application. Those without an upload are not in it.
type Applications = HashMap<i64, Reserved>;

/// What is reserved on this node.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quotas(Arc<Mutex<Applications>>);

/// What an application has reserved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Reserved {
    /// Bytes.
    pub(crate) bytes: u64,
    /// Uploads.
    pub(crate) files: u64,
}

/// What one upload has reserved, until it is dropped.
#[derive(Debug)]
pub(crate) struct Reservation {
    quotas: Quotas,
    app: i64,
    /// Bytes.
    pub(crate) bytes: u64,
}

impl Quotas {
    /// Reserves as many bytes as `decide` says, which is told what is reserved already.
    ///
    /// # Errors
    /// Those of `decide`.
    pub(crate) fn reserve<E>(
        &self,
        app: i64,
        decide: impl FnOnce(Reserved) -> Result<u64, E>,
    ) -> Result<Reservation, E> {
        let mut apps = self.lock();
        let reserved = apps.get(&app).copied().unwrap_or_default();
        let bytes = decide(reserved)?;
        apps.insert(app, Reserved { bytes: reserved.bytes + bytes, files: reserved.files + 1 });
        Ok(Reservation { quotas: self.clone(), app, bytes })
    }

    fn lock(&self) -> MutexGuard<'_, Applications> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        let mut apps = self.quotas.lock();
        let Some(reserved) = apps.get_mut(&self.app) else { return };
        reserved.bytes -= self.bytes;
        reserved.files -= 1;
        if reserved.files == 0 {
            apps.remove(&self.app);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_reserved_is_given_back() {
        let quotas = Quotas::default();
        let reserve =
            |app, bytes| quotas.reserve(app, |reserved| Ok::<_, Reserved>(bytes + reserved.files)).unwrap();
        let (first, second, other) = (reserve(1, 10), reserve(1, 20), reserve(2, 5));
        let told = |app| quotas.reserve(app, Err::<u64, _>).unwrap_err();
        assert_eq!((told(1), told(2)), (Reserved { bytes: 31, files: 2 }, Reserved { bytes: 5, files: 1 }));
        drop((first, other));
        assert_eq!((told(1), told(2)), (Reserved { bytes: 21, files: 1 }, Reserved::default()));
        drop(second);
        assert!(quotas.lock().is_empty());
    }
}
