//! All rows that a filter means, as they are taken: a part at a time, so that a million take little memory and hold nothing of
//! the database.

use std::{sync::Arc, time::Duration};

use claviger_capacity::{Permit, Who};
use claviger_store::tables::{Cursor, Order, Walk};

use super::row::TableRow;
use crate::{App, Service, ServiceError};

/// Rows that are read at once.
const ROWS: usize = 1000;
/// How long a part may take. One without rows is no end: the list goes on.
const PATIENT: Duration = Duration::from_millis(500);

/// A list that is written while somebody takes it.
pub struct Export<R: TableRow> {
    service: Arc<Service>,
    app: i64,
    wanted: R::Wanted,
    order: Order,
    after: Option<Cursor>,
    ended: bool,
    _place: Permit,
}

impl Service {
    /// All rows that a filter means, in an order.
    ///
    /// # Errors
    /// When as many lists are written as may be.
    pub async fn export_table<R: TableRow>(
        self: &Arc<Self>,
        app: &App,
        wanted: R::Wanted,
        order: Order,
    ) -> Result<Export<R>, ServiceError> {
        let place = self.lists.enter(Who::app(app.id)).await?;
        let service = self.clone();
        Ok(Export { service, app: app.id, wanted, order, after: None, ended: false, _place: place })
    }
}

impl<R: TableRow> Export<R> {
    /// The next rows, perhaps none where the database takes long; `None` at the end.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self) -> Result<Option<Vec<R>>, ServiceError> {
        if self.ended {
            return Ok(None);
        }
        let walk = Walk {
            app: self.app,
            order: self.order,
            backwards: false,
            after: self.after.clone(),
            patience: super::page::QUICK,
            now: self.service.clock().now(),
            limit: ROWS,
        };
        let (rows, walked) = self.service.walk_table::<R>(walk, self.wanted.clone(), PATIENT).await?;
        match (rows.last(), walked.stopped) {
            (Some(last), None) if rows.len() == ROWS => self.after = Some(last.cursor(self.order)),
            (_, Some(stopped)) => self.after = Some(stopped),
            _ => self.ended = true,
        }
        Ok(Some(self.service.completed(self.app, rows).await?))
    }
}
