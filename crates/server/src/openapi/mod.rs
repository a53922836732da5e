//! The description of the APIs (OpenAPI 3.1), generated from the tables of types, and a page to try them.

mod client;
mod page;
mod schemas;
mod seller;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};
use utoipa::openapi::{
    InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathItem, Paths, PathsBuilder, ServerBuilder,
    content::ContentBuilder,
    path::{HttpMethod, OperationBuilder},
    response::ResponseBuilder,
};

use crate::{State, constant::Constant};

/// Said about the whole.
const ABOUT: &str = "Programs call the Client API; a vendor's bots, shops and scripts call the Seller API. \
    A failure usually has status 200 too: look at `success`.\n\n\
    The Seller API takes the seller key in the header `Authorization: Bearer KEY`, which is better than \
    `sellerkey=KEY` in the address: addresses end up in the logs of proxies and in histories. Each type is \
    described under a path of its own, such as `/api/seller/kill`; `/api/seller/?type=kill` means the same.";

/// The description as it is served.
static JSON: Constant = Constant::new("application/json; charset=utf-8", "max-age=300", || document().into());

/// The description of the APIs as JSON, in lines.
pub fn document() -> String {
    let mut text = describe().to_pretty_json().expect("a description is plain data");
    text.push('\n');
    text
}

pub(crate) fn routes() -> Router<Arc<State>> {
    Router::new().route("/api/openapi.json", get(json)).merge(page::routes())
}

async fn json(headers: HeaderMap) -> Response {
    JSON.answer(&headers, &[(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")])
}

fn describe() -> OpenApi {
    let info = InfoBuilder::new()
        .title("Claviger")
        .version(env!("CARGO_PKG_VERSION"))
        .description(Some(ABOUT))
        .license(Some(
            LicenseBuilder::new()
                .name("MIT OR Apache-2.0")
                .identifier(Some(env!("CARGO_PKG_LICENSE")))
                .build(),
        ));
    let paths = health(seller::paths(client::paths(PathsBuilder::new())));
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").build()]))
        .tags(Some(client::tags().chain(seller::tags())))
        .components(Some(seller::add_responses(schemas::components()).build()))
        .paths(paths)
        .build()
}

fn health(paths: PathsBuilder) -> Paths {
    let plain = |text| {
        ResponseBuilder::new()
            .description(text)
            .content("text/plain", ContentBuilder::new().schema(Some(schemas::text())).build())
    };
    let alive = OperationBuilder::new()
        .operation_id(Some("healthz"))
        .summary(Some("Whether the process lives"))
        .response("200", plain("It does"));
    let ready = OperationBuilder::new()
        .operation_id(Some("readyz"))
        .summary(Some("Whether the database answers"))
        .response("200", plain("It does"))
        .response("503", plain("It does not"));
    paths
        .path("/healthz", PathItem::new(HttpMethod::Get, alive))
        .path("/readyz", PathItem::new(HttpMethod::Get, ready))
        .build()
}

#[cfg(test)]
mod tests {
    /// The copy that is kept beside the code; `cargo xtask openapi` renews it.
    const KEPT: &str = include_str!("../../../../docs/openapi.json");

    #[test]
    fn the_kept_copy_is_the_same() {
        assert!(super::document() == KEPT, "docs/openapi.json is out of date: run `cargo xtask openapi`");
    }

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let text = super::document();
        let mut names: Vec<&str> = text.lines().filter(|line| line.contains("\"operationId\"")).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
