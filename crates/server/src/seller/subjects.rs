//! What a change is about, for what the audit log tells of before and after.

use claviger_domain::tidy;
use claviger_service::Subject;
use claviger_wire::seller::SellerParams;

/// Users, licenses, subscriptions and variables that a request of a type names.
pub(super) fn subjects(kind: &str, params: &SellerParams) -> Vec<Subject> {
    let text = |names: &[&str]| params.get_any(names).map(std::borrow::Cow::into_owned);
    let user = || text(&["user"]).filter(|name| !name.eq_ignore_ascii_case("all")).map(Subject::User);
    let license = || text(&["key"]).map(Subject::License);
    match kind {
        "adduser" | "deluser" | "banuser" | "unbanuser" | "resetuser" | "resetpw" | "setcooldown"
        | "addhwiduser" | "editemail" | "setvar" | "deluservar" | "delsub" | "extend" | "subtract"
        | "muteuser" | "unmuteuser" => user().into_iter().collect(),
        "pauseuser" | "unpauseuser" => text(&["username"]).map(Subject::User).into_iter().collect(),
        "editusername" => text(&["currentUsername"]).map(Subject::User).into_iter().collect(),
        "activate" | "assignkey" => user().into_iter().chain(license()).collect(),
        "ban" | "unban" | "setnote" | "edit" | "del" => license().into_iter().collect(),
        "delmultiple" => {
            let keys = text(&["key"]).unwrap_or_default();
            let keys = keys.split(',').map(|key| tidy(key).to_owned()).filter(|key| !key.is_empty());
            keys.map(Subject::License).collect()
        }
        "addsub" | "delappsub" => text(&["name"]).map(Subject::Subscription).into_iter().collect(),
        "editsub" => text(&["sub", "name"]).map(Subject::Subscription).into_iter().collect(),
        "addvar" | "delvar" => text(&["name"]).map(Subject::Variable).into_iter().collect(),
        "editvar" => text(&["varid"]).map(Subject::Variable).into_iter().collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{super::table::types, *};

    /// Types that change something and are not compared, and why.
    const NOT_COMPARED: &[(&str, &[&str])] = &[
        (
            "very many rows: the job tells how many",
            &[
                "addtime",
                "delunused",
                "delused",
                "delalllicenses",
                "delexpusers",
                "delallusers",
                "resetalluser",
                "massUserVarDelete",
                "pausesub",
                "unpausesub",
                "delallvars",
                "delallfiles",
                "delallwebhooks",
                "delallbuttons",
                "delblacks",
                "delallwhites",
                "dellogs",
                "clearchannel",
                "killall",
            ],
        ),
        (
            "the type itself tells before and after",
            &[
                "updatesettings",
                "resethash",
                "pauseapp",
                "unpauseapp",
                "setbalance",
                "editchan",
                "delWhite",
                "delblack",
            ],
        ),
        (
            "what is made or goes is the target itself",
            &[
                "add",
                "black",
                "addWhite",
                "addAccount",
                "deleteAccount",
                "addbutton",
                "delbutton",
                "addchannel",
                "delchannel",
                "upload",
                "delfile",
                "addhash",
                "kill",
                "addwebhook",
                "delwebhook",
            ],
        ),
        ("its address may be a secret", &["editfile"]),
    ];

    #[test]
    fn every_change_is_compared_or_has_a_reason() {
        let every = "user=a&username=a&currentUsername=a&key=k&name=n&sub=s&varid=v";
        let params = SellerParams::of_query(every);
        let known = |name: &str| NOT_COMPARED.iter().any(|(_, types)| types.contains(&name));
        for kind in types() {
            let compared = !subjects(kind.name, &params).is_empty();
            assert_eq!(kind.changes.is_some() && !known(kind.name), compared, "{}", kind.name);
        }
        for name in NOT_COMPARED.iter().flat_map(|(_, types)| *types) {
            assert!(types().any(|kind| kind.name == *name && kind.changes.is_some()), "{name}");
        }
    }

    #[test]
    fn all_users_are_no_user() {
        assert_eq!(subjects("extend", &SellerParams::of_query("user=All&sub=default")), []);
        let keys = subjects("delmultiple", &SellerParams::of_query("key=a,%20b,,"));
        assert_eq!(keys, ["a", "b"].map(|key| Subject::License(key.into())));
    }
}
