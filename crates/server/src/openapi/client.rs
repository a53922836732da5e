//! The Client API (`docs/protocol/client.md`).

use utoipa::openapi::{
    PathItem, PathsBuilder, Response,
    content::ContentBuilder,
    header::HeaderBuilder,
    path::{HttpMethod, OperationBuilder},
    request_body::RequestBodyBuilder,
    response::{ResponseBuilder, ResponsesBuilder},
    schema::{AnyOfBuilder, Object, ObjectBuilder, Schema, Type as SchemaType},
    tag::{Tag, TagBuilder},
};

use super::schemas::{failure, outcome, text};

const TAG: &str = "Client API";

/// Every type with the parameters that it takes besides `type`, `name`, `ownerid` and `sessionid`.
const TYPES: &[(&str, &[&str])] = &[
    ("init", &["ver", "hash", "enckey", "token", "thash", "init_iv"]),
    ("register", &["username", "pass", "key", "email", "hwid"]),
    ("login", &["username", "pass", "hwid", "code", "token"]),
    ("loginEmail", &["email", "pass", "hwid", "code"]),
    ("license", &["key", "hwid", "code"]),
    ("upgrade", &["username", "key"]),
    ("check", &[]),
    ("logout", &[]),
    ("forgot", &["username", "email"]),
    ("changeUsername", &["newUsername"]),
    ("2faenable", &["code"]),
    ("2fadisable", &["code"]),
    ("ban", &["reason", "hwid"]),
    ("checkblacklist", &["hwid"]),
    ("checkBlack", &["hwid"]),
    ("var", &["varid"]),
    ("getvar", &["var"]),
    ("setvar", &["var", "data"]),
    ("chatget", &["channel"]),
    ("chatsend", &["channel", "message"]),
    ("log", &["pcuser", "message"]),
    ("webhook", &["webid", "params", "body", "conttype"]),
    ("file", &["fileid", "link"]),
    ("fetchOnline", &[]),
    ("fetchStats", &[]),
];

/// Each version with what protects its replies, and the headers that do so.
const VERSIONS: &[(&str, &str, &[&str])] = &[
    ("1.0", "Parameters and replies are encrypted with a weak scheme; off for new applications.", &[]),
    ("1.1", "Replies are not protected; off for new applications.", &[]),
    ("1.2", "Replies are signed with HMAC-SHA256, in the header `signature`.", &["signature"]),
    ("1.3", "Replies are signed with Ed25519.", &["x-signature-ed25519", "x-signature-timestamp"]),
];

/// What the Client API may answer besides 200, and why.
const OTHERS: &[(u16, &str)] = &[
    (413, "The body is too large or incomplete"),
    (415, "The body is compressed"),
    (429, "Too many requests or failures; `Retry-After` tells when to try again"),
    (500, "The server's fault"),
    (503, "The server is busy; try again in a moment"),
];

pub(super) fn tags() -> impl Iterator<Item = Tag> {
    let about = "What a vendor's programs call. `init` begins a session, whose id the other types need.";
    std::iter::once(TagBuilder::new().name(TAG).description(Some(about)).build())
}

pub(super) fn paths(paths: PathsBuilder) -> PathsBuilder {
    VERSIONS.iter().fold(paths, |paths, (version, about, signatures)| {
        let form = ContentBuilder::new().schema(Some(form())).build();
        let body = RequestBodyBuilder::new().content("application/x-www-form-urlencoded", form).build();
        let mut responses = ResponsesBuilder::new().response("200", reply("Look at `success`", signatures));
        for (status, about) in OTHERS {
            responses = responses.response(status.to_string(), reply(about, signatures));
        }
        let post = OperationBuilder::new()
            .tag(TAG)
            .operation_id(Some(format!("client_{}", version.replace('.', "_"))))
            .summary(Some(format!("The Client API in version {version}")))
            .description(Some(*about))
            .request_body(Some(body))
            .responses(responses);
        paths.path(format!("/api/{version}/"), PathItem::new(HttpMethod::Post, post))
    })
}

/// The parameters of all types in one form.
fn form() -> Object {
    let kinds = TYPES.iter().map(|(name, _)| *name);
    let kind = ObjectBuilder::new()
        .schema_type(SchemaType::String)
        .enum_values(Some(kinds))
        .description(Some("What is asked"))
        .build();
    let about =
        |about: &str| ObjectBuilder::new().schema_type(SchemaType::String).description(Some(about)).build();
    let object = ObjectBuilder::new()
        .property("type", kind)
        .property("name", about("Name of the application"))
        .property("ownerid", about("Id of its owner"))
        .property("sessionid", about("Id of the session, which `init` gave; all types but `init` need it"))
        .required("type")
        .required("name")
        .required("ownerid");
    let object = names().into_iter().fold(object, |object, name| {
        let kinds = TYPES.iter().filter(|(_, params)| params.contains(&name)).map(|(kind, _)| *kind);
        let about = about(&format!("For {}", kinds.collect::<Vec<_>>().join(", ")));
        object.property(name, about)
    });
    object.build()
}

/// The parameters of all types, each once.
fn names() -> Vec<&'static str> {
    let mut names: Vec<&str> = TYPES.iter().flat_map(|(_, params)| params.iter().copied()).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A reply: JSON, or a plain text such as `KeyAuth_Invalid` where no application has that name.
fn reply(about: &str, signatures: &[&str]) -> Response {
    let success = outcome(true).property("message", text()).build();
    let json = Schema::AnyOf(AnyOfBuilder::new().item(success).item(failure()).item(text()).build());
    let json = ContentBuilder::new().schema(Some(json)).build();
    let plain = ContentBuilder::new().schema(Some(text())).build();
    let response = ResponseBuilder::new()
        .description(about)
        .content("application/json", json)
        .content("text/plain", plain);
    let response = signatures.iter().fold(response, |response, name| {
        let header = HeaderBuilder::new().schema(text()).description(Some("Signs the reply")).build();
        response.header(*name, header)
    });
    response.build()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn every_type_is_described() {
        let described: BTreeSet<&str> = super::TYPES.iter().map(|(name, _)| *name).collect();
        let known: BTreeSet<&str> = crate::client::type_names().collect();
        assert_eq!(described, known);
    }
}
