//! What a vendor does with an application: its settings, its users and all else that programs use. The command line
//! calls this, and so do the Seller API and the dashboard.

mod access;
mod access_pages;
mod activity;
mod attention;
pub(crate) mod audit;
pub(crate) mod buttons;
pub(crate) mod chat;
pub(crate) mod checks;
mod end_sessions;
mod endings;
mod error;
mod event;
pub(crate) mod facts;
mod figures;
pub(crate) mod files;
mod find;
mod import;
mod jobs;
mod licenses;
pub(crate) mod listing;
mod log_pages;
mod logs;
pub(crate) mod new_licenses;
mod notices;
mod own;
mod panel;
mod panel_logo;
mod reports;
pub(crate) mod seller_keys;
mod session_page;
mod settings;
pub(crate) mod stats;
pub(crate) mod subscriptions;
mod tables;
mod team;
pub(crate) mod tokens;
mod upload_parts;
mod uploads;
pub(crate) mod users;
pub(crate) mod variables;
mod watch;
mod webhook_events;
pub(crate) mod webhooks;
mod why;

pub use claviger_store::{
    access::{Blacklisted, Reason, Source, Whitelisted},
    access_pages::{EntryFilter, Exempt, Page as AccessPage},
    accounts::{Account as TeamAccount, Limits},
    balance::{Cause as BalanceCause, Entry as BalanceEntry, Kind as BalanceKind},
    bulk::{Change, Job},
    buttons::Button,
    chat::{Channel, Mute, Spoken},
    deliveries::{Waiting, WaitingMessage},
    licenses::{License, LicenseCounts},
    log_pages::{LineFilter, LinePage},
    logs::Log,
    own::{LOOKED_MAX, OwnFilter, OwnPage},
    remarks::Note,
    seller_keys::{FIRST as FIRST_SELLER_KEY, LiveSecret},
    sessions::{Listed, Wanted, pages::Order, shared::OfUser as UserSession},
    subscriptions::Subscription,
    tables::{
        Cursor, LicenseAct, LicenseRow, LicensesWanted, Order as TableOrder, UserAct, UserRow, UsersWanted,
    },
    tokens::{LICENSE as LICENSE_TOKEN, OwnedToken, Token, USER as USER_TOKEN},
    user_bans::UserBan,
    user_subscriptions::{NameCount, UserSubscription},
    users::User,
    variables::{OwnedVariable, UserVariable, Variable},
    webhook_events::{WantedEvents, WebhookEvent},
};

pub(crate) use self::notices::open as open_notices;
pub use crate::shared::{
    endings::Endings,
    figures::{Figures, SubscriberCounts},
    pulses::{Along, Pulse},
    text::shown_target,
    unfinished::UploadPlan,
    watching::{Number, SessionNews, SessionWatch, WatchEvent},
};

pub use self::{
    access::{EndFault, KINDS, Outcast, Region, entry_end},
    access_pages::{ACCESS_BATCH_MAX, AccessCheck},
    activity::{Activity, Point, Span},
    attention::{Attention, Topic},
    chat::Said,
    checks::REASON_MAX,
    error::ManageError,
    event::AddEvent,
    files::{FileContent, FileFault, NewFile},
    find::{Found, How, Match, Parts},
    import::{IMPORT_MAX, Imported, List as LicenseList, Listed as ListedLicense, Refused, Usual},
    jobs::{job_words, length},
    licenses::{Assignment, EditedLicense, LicenseFilter, LicenseRecord},
    new_licenses::{Added, BATCH_MAX, LEVEL_MAX, LicenseFailure, MAKE_MAX, NOTE_MAX, NewKeys},
    notices::{BACKUP_DAYS, Notice, NoticeChange, NoticeSettings, Occasion, SavedNotices},
    own::{Length, OwnAct, OwnKeys, OwnUser},
    panel::{PanelForm, PanelProblem},
    panel_logo::LOGO_MAX,
    reports::{COHORTS, Cohort, Report, ReportDay},
    seller_keys::{FoundSellerKey, KEYS_MAX, KeyChange, MadeKey, NewKey, OVERLAP_MAX, ShownKey},
    session_page::{Place, SessionPage, SessionQuery, Whose},
    settings::{ChangedSettings, Lockout, SETTINGS, ShownSetting, Trial, Written, shown_settings},
    tables::{Done, Export, Jump, TablePage, TablePlace, TableQuery, TableRow},
    team::{AddAccount, LINK_LASTS_MAX, Member, MemberDetails, NewMember, may},
    upload_parts::{PieceBreak, PieceFault, UploadState},
    uploads::Upload,
    users::{
        AddUser, DEVICE_NAME_MAX, LOGIN_TOKEN_SECONDS, NewUserOf, Target, USER_NOTE_MAX, UserDetails,
        UserHistory, UserRecord,
    },
    variables::VariablePage,
    webhook_events::{WebhookTest, WebhookTried},
    webhooks::{NewWebhook, UrlFault},
    why::{
        Act, BannedBy, Matched, Mended, Reason as WhyReason, Seen, Standing, Subject, Tried, Verdict, Who,
        Why,
    },
};

#[cfg(test)]
mod tests;
