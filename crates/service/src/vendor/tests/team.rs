//! Accounts of resellers and managers.

use claviger_domain::{AccountRole, Alphabet, Balance, Mask, Permission, Role, Secret};

use super::Fixture;
use crate::on_behalf_of;
use crate::vendor::{
    AddAccount, ManageError, NewMember, may,
    new_licenses::{LicenseFailure, NewKeys},
};

fn member(role: AccountRole, username: &str) -> NewMember {
    NewMember {
        role,
        username: username.into(),
        password: Some(Secret::new("correct horse")),
        email: Some(format!("{username}@example.org")),
        key_levels: "1,2".into(),
        permissions: Permission::Users as i64,
    }
}

fn keys(owner: &str, level: &str, amount: i64) -> NewKeys {
    NewKeys {
        mask: Mask::new("******-******").unwrap(),
        alphabet: Alphabet::Mixed,
        amount,
        duration: 86_400,
        level: level.into(),
        note: None,
        genby: owner.into(),
    }
}

#[tokio::test]
async fn a_name_and_an_address_belong_to_one_account() {
    let t = Fixture::open().await;
    let add = async |new| t.service.add_account(&t.app, new).await.unwrap();
    assert!(matches!(add(member(AccountRole::Reseller, "Rita")).await, AddAccount::Done(_)));
    assert_eq!(add(member(AccountRole::Manager, "rita")).await, AddAccount::NameTaken);
    // The owner's own.
    assert_eq!(add(member(AccountRole::Manager, "ACME")).await, AddAccount::NameTaken);
    let same_address =
        NewMember { email: Some("RITA@example.org".into()), ..member(AccountRole::Manager, "max") };
    assert_eq!(add(same_address).await, AddAccount::EmailTaken);
    let nothing = NewMember { permissions: 0, ..member(AccountRole::Manager, "max") };
    assert_eq!(add(nothing).await, AddAccount::NoPermission);
    assert!(t.service.create_owner("Rita", Role::Seller, None).await.is_err());
    assert_eq!(t.service.team(&t.app).await.unwrap().len(), 1);
}

#[tokio::test]
async fn signs_in_with_its_password_until_it_is_deleted() {
    let t = Fixture::open().await;
    t.service.add_account(&t.app, member(AccountRole::Manager, "max")).await.unwrap();
    let sign_in =
        async |password: &str| t.service.sign_in_account("MAX", &Secret::new(password)).await.unwrap();
    assert_eq!(sign_in("wrong").await, None);
    let account = sign_in("correct horse").await.unwrap();
    assert_eq!((account.app, account.role), (t.app.id, AccountRole::Manager));
    assert!(may(&account, Permission::Users) && !may(&account, Permission::Licenses));
    t.service.delete_account(&t.app, "max").await.unwrap();
    assert_eq!(sign_in("correct horse").await, None);
    assert!(matches!(t.service.delete_account(&t.app, "max").await, Err(ManageError::Unknown { .. })));
}

#[tokio::test]
async fn resellers_pay_and_managers_need_permission() {
    let t = Fixture::open().await;
    t.service.add_account(&t.app, member(AccountRole::Reseller, "rita")).await.unwrap();
    t.service.add_account(&t.app, member(AccountRole::Manager, "max")).await.unwrap();
    let add = async |new| t.service.add_licenses(&t.app, new).await;
    assert!(matches!(add(keys("rita", "1", 1)).await, Err(LicenseFailure::ResellerBalance)));
    let balance = Balance { day: 5, ..Balance::default() };
    t.service.add_balance(&t.app, "rita", balance, ["acme", "test"]).await.unwrap();
    assert!(matches!(add(keys("rita", "3", 1)).await, Err(LicenseFailure::ResellerLevel)));
    assert_eq!(add(keys("Rita", "2", 2)).await.unwrap().len(), 2);
    let bot = t.service.add_licenses_for(&t.app, keys("rita", "1", 1), None, "key shop").await;
    assert_eq!(bot.unwrap().keys.len(), 1);
    assert_eq!(on_behalf_of("cli:ann".into(), add(keys("rita", "2", 1))).await.unwrap().len(), 1);
    let account = t.service.account(&t.app, "rita").await.unwrap();
    let journal = t.service.balance_journal(&t.app, account.id, None, 10).await.unwrap();
    let told: Vec<(&str, &str)> =
        journal.iter().map(|entry| (entry.cause.actor.as_str(), entry.cause.detail.as_str())).collect();
    let expected = [
        ("cli:ann", "level 2, command line"),
        ("key shop", "level 1, Seller API"),
        ("rita", "level 2, this server"),
        ("acme", "test"),
    ];
    assert_eq!(told, expected);
    assert!(matches!(add(keys("rita", "1", 2)).await, Err(LicenseFailure::ResellerBalance)));
    // What fails later costs nothing.
    let fixed = NewKeys { mask: Mask::new("FIXED").unwrap(), ..keys("acme", "1", 1) };
    add(fixed.clone()).await.unwrap();
    assert!(matches!(add(NewKeys { genby: "rita".into(), ..fixed }).await, Err(LicenseFailure::Exists)));
    assert_eq!(t.service.account(&t.app, "rita").await.unwrap().balance.day, 1);
    assert!(matches!(add(keys("max", "1", 1)).await, Err(LicenseFailure::ManagerMayNot)));
    // Whoever has no account makes what the seller wants.
    assert_eq!(add(keys("somebody", "9", 1)).await.unwrap().len(), 1);
}
