//! A takeover from its beginning to its end.

use std::{collections::HashMap, mem};

use claviger_domain::Secret;

use super::{
    apps::Target,
    batches::Owners,
    choice::{Found, choose},
    export::Export,
    passes::{Run, blocking},
    plan::Takeover,
    report::{LeftOut, TableReport, TakeoverReport},
    survey::{Survey, survey},
    tables::{APPS, Table, why_left_out},
};
use crate::{AuditEntry, Service, ServiceError, backups::Progress, shared::by::by};

impl Service {
    /// Takes what another server had into an owner's applications here, in slices: after a crash the same goes on where it
    /// was, and done twice it makes nothing more. What is there stays as it is. A dry run changes nothing. Running servers may
    /// go on meanwhile; they see new applications within a second.
    ///
    /// # Errors
    /// When the export cannot be read, which is noticed before anything is changed, or the database fails.
    pub async fn take_over(
        &self,
        plan: &Takeover,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<TakeoverReport, ServiceError> {
        let path = plan.path.clone();
        let (export, mut found) = blocking(move || {
            let export = Export::open(&path)?;
            let found = survey(&export)?;
            Ok((export, found))
        })
        .await?;
        let mut report = TakeoverReport { dry_run: plan.dry_run, ..TakeoverReport::default() };
        let mut choice = choose(plan, mem::take(&mut found.apps), export.is_dump())?;
        report.notes.append(&mut choice.notes);
        let others = mem::take(&mut choice.others);
        let targets = self.takeover_targets(plan, choice, &mut report).await?;
        let owners = owners(export.is_dump(), &targets, &others);
        let mut run = Run::new(targets, &found.digest, plan.dry_run);
        run.open = plan.first_login_sets_password || export.is_dump();
        let is_dump = export.is_dump();
        if !run.targets.is_empty() {
            let strays = self.take_passes(&mut run, export, owners, found.of_interest(), progress).await?;
            if !strays.is_empty() {
                report.notes.push(format!(
                    "rows of applications that are not in the export are not taken: {}",
                    strays.join(", ")
                ));
            }
        }
        self.finish_takeover(plan, &run).await?;
        Ok(told(report, run, &found, is_dump))
    }

    /// Lets go of what only a run needs to know, and tells the audit logs.
    async fn finish_takeover(&self, plan: &Takeover, run: &Run) -> Result<(), ServiceError> {
        if run.dry {
            return Ok(());
        }
        let counts = run.tables.iter().filter(|table| table.taken > 0);
        let changes: Vec<String> = counts.map(|table| format!("{}: {}", table.table, table.taken)).collect();
        self.forget_made(run).await?;
        for target in &run.targets {
            if !changes.is_empty() {
                let entry = AuditEntry {
                    actor: by().to_string(),
                    action: "import keyauth".into(),
                    target: target.name.clone(),
                    ip: String::new(),
                    changes: changes.join("; "),
                };
                let opened = self.app(&plan.owner, &target.name).await?;
                self.record_audit(&opened, entry).await?;
            }
        }
        self.renew_catalog().await
    }
}

/// Which application a row of the export is of.
fn owners(is_dump: bool, targets: &[Target], others: &[Secret]) -> Owners {
    if !is_dump {
        return Owners::One;
    }
    let bytes = |secret: &Secret| secret.expose().as_bytes().to_vec();
    let mut secrets: HashMap<_, _> = others.iter().map(|secret| (bytes(secret), None)).collect();
    for (at, target) in targets.iter().enumerate() {
        secrets.extend(target.secret.as_ref().map(|secret| (bytes(secret), Some(at))));
    }
    Owners::BySecret(secrets)
}

fn told(mut report: TakeoverReport, run: Run, found: &Survey, is_dump: bool) -> TakeoverReport {
    report.again = run.again;
    let taken = |name: &str| Table::of(name).is_some_and(|table| run.tables[table].taken > 0);
    if taken("users") && !run.open {
        report.notes.push(
            "replies of the Seller API tell no passwords: users whose password is not in them cannot sign in until they get \
             one (`claviger user set-password`, `resetpw`, or a mail by `forgot`); to let the first login set it, add \
             --first-login-sets-password"
                .into(),
        );
    }
    let team: Vec<&str> = found.team.iter().map(|(_, name)| name.as_str()).collect();
    if !team.is_empty() {
        report.notes.push(format!("managers and resellers are not taken: {}", team.join(", ")));
    }
    let is_left_out = |name: &str| Table::of(name).is_none() && !(is_dump && name.eq_ignore_ascii_case(APPS));
    let told_by_replies = |name: &str| !is_dump && Found::REPLIES.contains(&name);
    report.left_out = found
        .rows
        .iter()
        .filter(|(name, _)| is_left_out(name) && !told_by_replies(name))
        .map(|(name, rows)| LeftOut { table: name.clone(), rows: *rows, why: why_left_out(name).into() })
        .collect();
    let any = |table: &TableReport| table.taken + table.there + table.refused > 0;
    report.tables = run.tables.into_iter().filter(any).collect();
    report
}
