//! What replies and parameters are made of.

use utoipa::openapi::{
    ComponentsBuilder, Ref, RefOr,
    schema::{ArrayBuilder, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat, SchemaType, Type},
    security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

use crate::seller::{Field, Form, Shape};

/// Name of the failure that both APIs have.
const FAILURE: &str = "Failure";
/// The seller key in the header `Authorization`.
pub(super) const BEARER: &str = "bearer";
/// The seller key in the query.
pub(super) const SELLER_KEY: &str = "sellerkey";

/// What operations of both APIs refer to.
pub(super) fn components() -> ComponentsBuilder {
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The seller key of an application"))
        .build();
    let in_query = ApiKeyValue::with_description(
        "sellerkey",
        "The seller key in the address, as older callers send it; the header is better",
    );
    ComponentsBuilder::new()
        .schema(FAILURE, outcome(false).property("message", text()).required("message").build())
        .security_scheme(BEARER, SecurityScheme::Http(bearer))
        .security_scheme(SELLER_KEY, SecurityScheme::ApiKey(ApiKey::Query(in_query)))
}

/// The failure that both APIs have.
pub(super) fn failure() -> Ref {
    Ref::from_schema_name(FAILURE)
}

/// Begins a reply: whether the request was carried out.
pub(super) fn outcome(success: bool) -> ObjectBuilder {
    let flag = ObjectBuilder::new().schema_type(Type::Boolean).enum_values(Some([success]));
    ObjectBuilder::new().property("success", flag).required("success")
}

/// Any text.
pub(super) fn text() -> Object {
    ObjectBuilder::new().schema_type(Type::String).build()
}

/// A parameter.
pub(super) fn param(form: Form) -> Object {
    match form {
        Form::Text => text(),
        Form::Flag => ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(["0", "1", "false", "true"]))
            .build(),
        Form::Integer => ObjectBuilder::new()
            .schema_type(Type::Integer)
            .format(Some(SchemaFormat::KnownFormat(KnownFormat::Int64)))
            .build(),
        Form::Decimal => ObjectBuilder::new().schema_type(Type::Number).build(),
        Form::Term => {
            let number_or_text = SchemaType::from_iter([Type::Number, Type::String]);
            ObjectBuilder::new().schema_type(number_or_text).build()
        }
    }
}

/// Adds fields to an object.
pub(super) fn with_fields(object: ObjectBuilder, fields: &[Field]) -> ObjectBuilder {
    fields.iter().fold(object, |object, field| {
        let object = object.property(field.name, shape(field.shape));
        if field.optional { object } else { object.required(field.name) }
    })
}

fn shape(shape: Shape) -> RefOr<Schema> {
    let of = |kind: Type| Schema::from(ObjectBuilder::new().schema_type(kind).build());
    let or_null = SchemaType::from_iter([Type::String, Type::Null]);
    RefOr::T(match shape {
        Shape::Text => of(Type::String),
        Shape::TextOrNull => ObjectBuilder::new().schema_type(or_null).build().into(),
        Shape::Number => of(Type::Integer),
        Shape::Bool => of(Type::Boolean),
        Shape::Null => of(Type::Null),
        Shape::Texts => ArrayBuilder::new().items(text()).build().into(),
        Shape::Object(fields) => with_fields(ObjectBuilder::new(), fields).build().into(),
        Shape::Rows(fields) => {
            ArrayBuilder::new().items(with_fields(ObjectBuilder::new(), fields).build()).build().into()
        }
    })
}
