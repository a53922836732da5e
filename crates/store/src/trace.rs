//! Spans of what is asked of the database, where somebody gathers traces.

use tracing::{Span, info_span};

/// From the question until its answer, with the wait for a thread. Statements are not told: some hold what users chose.
pub(crate) fn span(kind: &'static str, operation: &'static str) -> Span {
    info_span!(
        target: "claviger::trace",
        "database",
        otel.kind = "client",
        db.system.name = kind,
        db.operation.name = operation,
    )
}
