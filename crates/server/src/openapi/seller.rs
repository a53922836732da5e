//! The Seller API, from its table of types (`docs/protocol/seller.md`).

use utoipa::openapi::{
    ComponentsBuilder, PathItem, PathsBuilder, Ref, RefOr, Required, Response,
    content::ContentBuilder,
    path::{HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn},
    request_body::{RequestBody, RequestBodyBuilder},
    response::{ResponseBuilder, Responses, ResponsesBuilder},
    schema::{AnyOfBuilder, ObjectBuilder, Schema},
    security::SecurityRequirement,
    tag::{Tag, TagBuilder},
};

use super::schemas::{BEARER, SELLER_KEY, failure, outcome, param, text, with_fields};
use crate::seller::{AREAS, Area, Param, Type, types};

/// What any type may answer besides 200, and why.
const COMMON: &[(u16, &str)] = &[
    (400, "A parameter cannot be used as it is, or the body is malformed"),
    (403, "The application is banned, or its owner or the key may not do this"),
    (404, "No application has this seller key; of some types: what is looked for is not there"),
    (413, "The body is too large or incomplete"),
    (415, "The body is compressed"),
    (423, "The application or the key does not let this address in"),
    (429, "Too many requests; try again later"),
    (500, "The server's fault; of some types: nothing was there to change"),
    (503, "The server is busy; try again in a moment"),
];

pub(super) fn tags() -> impl Iterator<Item = Tag> {
    let about = |name: &str| format!("Seller API: {name}");
    AREAS.iter().map(move |area| TagBuilder::new().name(about(area.name)).build())
}

pub(super) fn paths(paths: PathsBuilder) -> PathsBuilder {
    let all = AREAS.iter().flat_map(|area| area.types().map(move |kind| (area, kind)));
    all.fold(paths, |paths, (area, kind)| {
        let path = format!("/api/seller/{}", kind.name);
        let get = operation(area, kind).operation_id(Some(kind.name)).parameters(Some(query(kind)));
        let post = operation(area, kind)
            .operation_id(Some(format!("{}_post", kind.name)))
            .request_body(Some(form(kind)));
        paths
            .path(&path, PathItem::new(HttpMethod::Get, get))
            .path(&path, PathItem::new(HttpMethod::Post, post))
    })
}

fn operation(area: &Area, kind: &Type) -> OperationBuilder {
    let also = match kind.aliases {
        [] => String::new(),
        aliases => format!(" Also called {}.", aliases.join(", ")),
    };
    OperationBuilder::new()
        .tag(format!("Seller API: {}", area.name))
        .summary(Some(kind.about))
        .description(Some(format!("The type `{}`.{also} {}", kind.name, needs(area, kind))))
        .securities(Some([
            SecurityRequirement::new(BEARER, [] as [&str; 0]),
            SecurityRequirement::new(SELLER_KEY, [] as [&str; 0]),
        ]))
        .responses(responses(kind))
}

/// The parameter that every type has.
fn format() -> Param {
    crate::seller::may("format", "`text`: the bare message, or the bare data, instead of JSON")
}

fn query(kind: &Type) -> Vec<Parameter> {
    kind.params.iter().copied().chain([format()]).map(|one| parameter(&one)).collect()
}

fn parameter(one: &Param) -> Parameter {
    ParameterBuilder::new()
        .name(one.name)
        .parameter_in(ParameterIn::Query)
        .required(if one.required { Required::True } else { Required::False })
        .description(Some(one.about))
        .schema(Some(param(one.form)))
        .build()
}

fn form(kind: &Type) -> RequestBody {
    let all = kind.params.iter().copied().chain([format()]);
    let object = all.fold(ObjectBuilder::new(), |object, one| {
        let mut schema = param(one.form);
        schema.description = Some(one.about.into());
        let object = object.property(one.name, schema);
        if one.required { object.required(one.name) } else { object }
    });
    let content = ContentBuilder::new().schema(Some(object)).build();
    RequestBodyBuilder::new().content("application/x-www-form-urlencoded", content).build()
}

/// Name of the response that stands for a status of the common checks.
fn common_name(status: u16) -> String {
    format!("Status{status}")
}

/// What a seller key must be allowed for a type.
fn needs(area: &Area, kind: &Type) -> String {
    let right = area.right.as_str();
    match kind.changes {
        _ if kind.any_key => "Every key may use it.".into(),
        Some(_) => format!("Needs a key that may change {right}."),
        None => format!("Needs a key that may read {right}."),
    }
}

/// Adds the responses that operations refer to: those of the common checks, and one for each type.
pub(super) fn add_responses(components: ComponentsBuilder) -> ComponentsBuilder {
    let failed = |about| response(about, failure().into());
    let components = COMMON.iter().fold(components, |components, (status, about)| {
        components.response(common_name(*status), failed(about))
    });
    types().fold(components, |components, kind| {
        let either = AnyOfBuilder::new().item(success(kind)).item(failure()).build();
        let about = "Carried out, or refused: look at `success`";
        components.response(kind.name, response(about, Schema::AnyOf(either).into()))
    })
}

fn responses(kind: &Type) -> Responses {
    let mut responses = ResponsesBuilder::new().response("200", Ref::from_response_name(kind.name));
    for (status, _) in COMMON {
        responses = responses.response(status.to_string(), Ref::from_response_name(common_name(*status)));
    }
    for status in kind.statuses.iter().filter(|status| !COMMON.iter().any(|(common, _)| common == *status)) {
        let own = match status {
            302 => response("Carried out for several; there is no redirect", success(kind).into()),
            507 => response("The disk is full", failure().into()),
            _ => response("There is none", failure().into()),
        };
        responses = responses.response(status.to_string(), own);
    }
    responses.build()
}

fn success(kind: &Type) -> Schema {
    let object = outcome(true);
    let object = match kind.silent {
        true => object,
        false => object.property("message", text()).required("message"),
    };
    with_fields(object, kind.data).build().into()
}

/// A reply in JSON or, with `format=text`, as text.
fn response(about: &str, schema: RefOr<Schema>) -> Response {
    ResponseBuilder::new()
        .description(about)
        .content("application/json", ContentBuilder::new().schema(Some(schema)).build())
        .content("text/plain", ContentBuilder::new().schema(Some(text())).build())
        .build()
}
