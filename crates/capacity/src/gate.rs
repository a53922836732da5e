//! Places for work, handed out in fair turns: tenants take turns, and among those who wait for one tenant its parties.

mod figures;
mod places;
mod waiting;

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::oneshot::{self, error::TryRecvError};

use crate::{
    table::{Bounds, Resource},
    who::Who,
};
pub use figures::Figures;
use places::Places;

/// The least time after which it is worth to try again.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Places of one kind.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    resource: Resource,
    wait: Duration,
    places: Mutex<Places>,
}

/// There is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no more {} at once; try again in {} s", .resource.row().name, .retry_after.as_secs())]
pub struct Full {
    /// Of what.
    pub resource: Resource,
    /// After which time it is worth to try again.
    pub retry_after: Duration,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub struct Permit {
    gate: Arc<Inner>,
    who: Who,
}

impl Gate {
    /// As many places as the table says.
    pub fn new(resource: Resource) -> Self {
        Self::with(resource, resource.bounds())
    }

    /// As many places as `bounds` say, where a setting decides.
    pub fn with(resource: Resource, bounds: Bounds) -> Self {
        Self(Arc::new(Inner { resource, wait: bounds.wait, places: Mutex::new(Places::new(bounds)) }))
    }

    /// A place, if there is one at once.
    ///
    /// # Errors
    /// When all are taken, or as many as one may have.
    pub fn try_enter(&self, who: Who) -> Result<Permit, Full> {
        let mut places = self.0.lock();
        if places.take(&who) {
            return Ok(self.permit(who));
        }
        places.refused += 1;
        Err(self.0.full())
    }

    /// A place, as soon as it is one's turn. Whoever stops waiting gives up the turn.
    ///
    /// # Errors
    /// When too many wait already, or it took too long.
    pub async fn enter(&self, who: Who) -> Result<Permit, Full> {
        let (sender, turn) = oneshot::channel();
        let ticket = {
            let mut places = self.0.lock();
            if places.take(&who) {
                return Ok(self.permit(who));
            }
            match places.wait(&who, sender) {
                Some(ticket) => ticket,
                None => {
                    places.refused += 1;
                    return Err(self.0.full());
                }
            }
        };
        let mut waiter = Waiter { gate: &self.0, who: Some(who), ticket, turn };
        let came = tokio::time::timeout(self.0.wait, &mut waiter.turn).await;
        if matches!(came, Ok(Ok(())))
            && let Some(who) = waiter.who.take()
        {
            return Ok(self.permit(who));
        }
        drop(waiter);
        self.0.lock().refused += 1;
        Err(self.0.full())
    }

    /// Places of what.
    pub fn resource(&self) -> Resource {
        self.0.resource
    }

    /// How many places there are.
    pub fn all(&self) -> usize {
        self.0.lock().all()
    }

    /// How much is going on.
    pub fn figures(&self) -> Figures {
        self.0.lock().figures()
    }

    fn permit(&self, who: Who) -> Permit {
        Permit { gate: self.0.clone(), who }
    }
}

impl Inner {
    fn lock(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn full(&self) -> Full {
        Full { resource: self.resource, retry_after: self.wait.max(RETRY_AFTER) }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        self.gate.lock().give_back(&self.who);
    }
}

/// Somebody who waits, and may stop to at any moment: also in the one in which the turn comes.
struct Waiter<'a> {
    gate: &'a Inner,
    who: Option<Who>,
    ticket: u64,
    turn: oneshot::Receiver<()>,
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let Some(who) = self.who.take() else { return };
        let mut places = self.gate.lock();
        match self.turn.try_recv() {
            Ok(()) => places.give_back(&who),
            Err(TryRecvError::Empty) => places.leave(&who, self.ticket),
            // Pushed out.
            Err(TryRecvError::Closed) => {}
        }
    }
}

#[cfg(test)]
mod tests;
