//! What a vendor can do about it, each with what to tell the customer then.

use claviger_domain::Permission;
use claviger_store::access;

/// Something that can be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// Forget the devices, so that the next sign-in binds a new one.
    ResetDevices,
    /// Prolong a subscription.
    Extend,
    /// End all sessions of the user.
    EndSessions,
    /// Lift all bans of the user.
    Unban,
    /// Lift the ban of the license, and what it put on its user.
    UnbanLicense,
    /// Let paused subscriptions go on.
    Unpause,
    /// Let the application go on.
    UnpauseApp,
    /// Turn two-factor sign-in off.
    TurnTwoFactorOff,
    /// Remove an entry of the blacklist.
    RemoveEntry {
        /// Its kind.
        kind: String,
        /// The address, network or device.
        value: String,
    },
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// In a sentence for the vendor.
    pub done: String,
    /// What to tell the customer.
    pub tell: String,
}

impl Act {
    /// In a word, for bots and forms.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::ResetDevices => "reset_devices",
            Self::Extend => "extend",
            Self::EndSessions => "end_sessions",
            Self::Unban => "unban",
            Self::UnbanLicense => "unban_license",
            Self::Unpause => "unpause",
            Self::UnpauseApp => "unpause_app",
            Self::TurnTwoFactorOff => "turn_two_factor_off",
            Self::RemoveEntry { .. } => "remove_entry",
        }
    }

    /// Reads a word; `entry`: kind and value of the entry that is to be removed.
    pub fn parse(word: &str, entry: Option<(&str, &str)>) -> Option<Self> {
        let plain = [
            Self::ResetDevices,
            Self::Extend,
            Self::EndSessions,
            Self::Unban,
            Self::UnbanLicense,
            Self::Unpause,
            Self::UnpauseApp,
            Self::TurnTwoFactorOff,
        ];
        if word == "remove_entry" {
            let (kind, value) = entry.filter(|(kind, _)| [access::IP, access::HWID].contains(kind))?;
            return Some(Self::RemoveEntry { kind: kind.into(), value: value.into() });
        }
        plain.into_iter().find(|act| act.as_str() == word)
    }

    /// What a button says.
    pub fn label(&self) -> String {
        match self {
            Self::ResetDevices => "Reset devices".into(),
            Self::Extend => "Extend".into(),
            Self::EndSessions => "End sessions".into(),
            Self::Unban => "Unban user".into(),
            Self::UnbanLicense => "Unban license".into(),
            Self::Unpause => "Unpause subscriptions".into(),
            Self::UnpauseApp => "Unpause application".into(),
            Self::TurnTwoFactorOff => "Turn two-factor off".into(),
            Self::RemoveEntry { value, .. } => format!("Remove {value} from the blacklist"),
        }
    }

    /// What a manager has to be allowed to do it.
    pub fn needs(&self) -> Permission {
        match self {
            Self::EndSessions => Permission::Sessions,
            Self::UnbanLicense => Permission::Licenses,
            Self::UnpauseApp => Permission::Settings,
            Self::RemoveEntry { .. } => Permission::Blacklists,
            _ => Permission::Users,
        }
    }

    /// What to tell the customer once it was done.
    pub fn tell(&self) -> &'static str {
        match self {
            Self::ResetDevices => {
                "Your devices were reset. Please start the program again and sign in: the computer you do it on \
                 is yours from then on."
            }
            Self::Extend => "Your subscription was extended. Please start the program again and sign in.",
            Self::EndSessions => {
                "You were signed out everywhere. Please start the program again and sign in."
            }
            Self::Unban => "Your account is no longer banned. Please start the program again and sign in.",
            Self::UnbanLicense => "Your key works again. Please start the program again and sign in.",
            Self::Unpause => "Your subscription goes on. Please start the program again and sign in.",
            Self::UnpauseApp => "The program is open again. Please start it and sign in.",
            Self::TurnTwoFactorOff => {
                "Two-factor sign-in of your account is off. Please sign in with your password, and turn it on \
                 again."
            }
            Self::RemoveEntry { .. } => {
                "Your computer is no longer blocked. Please start the program again and sign in."
            }
        }
    }
}
