//! All that is done beside the requests, at once.

use std::{sync::Arc, time::Duration};

use claviger_store::{Conn, StoreError, bulk, password_resets};
use futures_util::future::BoxFuture;

use super::master_key::Follower;
use crate::{Service, error::log_work};

/// How often a changed owner or application is noticed.
const RENEW: Duration = Duration::from_millis(200);
/// How often what is no longer needed is dropped.
const TIDY: Duration = Duration::from_secs(60);
/// How often it is looked for unfinished uploads.
const CLEAR: Duration = Duration::from_mins(30);

impl Service {
    /// Does what must be done beside the requests, until the task is dropped: sweeps dead sessions, notices owners
    /// and applications that another process has changed, finishes changes of very many rows,
    /// notes tries to sign in, writes down counts, watches sessions, tidies up, clears unfinished uploads, makes backups,
    /// sends notices, and what waits for webhooks.
    pub fn run_background(self: Arc<Self>) -> BoxFuture<'static, ()> {
        // Boxed, so that it is compiled here and not by whoever waits for it.
        Box::pin(async move {
            let (sweeping, renewing, tidying, finishing, noting, clearing, notifying) = (
                self.clone(),
                self.clone(),
                self.clone(),
                self.clone(),
                self.clone(),
                self.clone(),
                self.clone(),
            );
            tokio::join!(
                self.clone().count_forever(),
                self.clone().back_up_forever(),
                self.clone().watch_forever(),
                self.clone().pulse_forever(),
                finishing.finish_jobs_forever(),
                sweeping.sweep_forever(),
                renewing.renew_forever(),
                tidying.tidy_forever(),
                noting.write_tries_forever(),
                clearing.clear_uploads_forever(),
                notifying.notify_forever(),
                self.deliver_forever()
            );
        })
    }

    /// Writes what was only held in memory until now. For the end of a server, after its last request.
    pub async fn write_held(&self) {
        if let Err(error) = self.write_key_uses().await {
            log_work(error, "noting the last uses of seller keys failed");
        }
    }

    /// Drops what is no longer needed, writes what can wait, and reads lists that have changed.
    async fn tidy_forever(self: Arc<Self>) {
        loop {
            tokio::time::sleep(TIDY).await;
            let now = self.clock.now();
            self.attempts.forget(now);
            self.alerts.tell_left_out(now);
            self.proxies.turn();
            self.forget_uploads();
            self.write_held().await;
            self.people_attempts.forget(now);
            self.key_attempts.forget(now);
            self.proven_keys.forget(now);
            self.foreign_names.forget(now);
            if let Some(mails) = &self.mails {
                mails.forget(now);
            }
            let screens = self.screens.clone();
            let _ = tokio::task::spawn_blocking(move || screens.reload()).await;
            let expired = move |conn: &mut Conn<'_>| password_resets::delete_expired(conn, now);
            if let Err(error) = self.store.db().write::<_, StoreError, _>(expired).await {
                log_work(error, "removing old links failed");
            }
            let ended = move |conn: &mut Conn<'_>| bulk::forget(conn, now);
            if let Err(error) = self.store.db().write::<_, StoreError, _>(ended).await {
                log_work(error, "removing jobs that ended failed");
            }
            if let Err(error) = self.drop_given_up_imports().await {
                log_work(error, "removing what is left of imports failed");
            }
            if let Err(error) = self.forget_sign_ins().await {
                log_work(error, "removing ended sign-ins to the dashboard failed");
            }
        }
    }

    /// Deletes what crashes have left behind of uploads, at the start and then now and again: on another node one may
    /// have been under way.
    async fn clear_uploads_forever(self: Arc<Self>) {
        loop {
            match self.clear_unfinished_uploads().await {
                Ok(0) => {}
                Ok(files) => tracing::info!(files, "deleted unfinished uploads"),
                Err(error) => log_work(error, "deleting unfinished uploads failed"),
            }
            tokio::time::sleep(CLEAR).await;
        }
    }

    async fn renew_forever(self: Arc<Self>) {
        let (mut failed, mut follower) = (false, Follower::default());
        loop {
            tokio::time::sleep(RENEW).await;
            match self.renew(&mut follower).await {
                Ok(()) => failed = false,
                Err(_) if failed => {}
                Err(error) => {
                    tracing::error!(%error, "the database does not answer");
                    failed = true;
                }
            }
        }
    }
}
