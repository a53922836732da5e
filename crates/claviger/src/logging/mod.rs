//! Log records, on standard error.

mod short;
mod writer;

use std::{env, fmt as std_fmt, io, io::IsTerminal};

use anyhow::anyhow;
use claviger_server::current_request;
use opentelemetry_sdk::trace::SdkTracer;
use tracing::{Event, Metadata, Subscriber, level_filters::LevelFilter};
use tracing_subscriber::{
    filter::{FilterExt, Targets, dynamic_filter_fn},
    fmt::{
        self, FmtContext, FormatEvent, FormatFields,
        format::{JsonFields, Writer},
    },
    layer::{Context, Filter},
    prelude::*,
    registry,
    registry::LookupSpan,
};

use self::writer::LogWriter;
use crate::{
    config::{Config, LogFormat},
    otel::{BEGIN, TARGET},
};

/// What the filter can ask for at most. Libraries print what passes through them: that of PostgreSQL the parameters of each
/// statement at `debug`, others addresses and headers; and they warn of each thing that a stranger does wrong, as often as
/// it is done.
fn allowed() -> Targets {
    Targets::new().with_default(LevelFilter::ERROR).with_target("claviger", LevelFilter::TRACE)
}

/// Says how many lines were left out.
fn left_out(count: u64, json: bool) -> String {
    let (time, words) = (jiff::Timestamp::now(), "lines were left out: whoever reads this log is too slow");
    match json {
        true => format!(
            "{{\"timestamp\":\"{time:.6}\",\"level\":\"WARN\",\"message\":\"{words}\",\"count\":{count},\
             \"target\":\"claviger::logging\"}}\n"
        ),
        false => format!("{time:.6}  WARN claviger::logging: {words} count={count}\n"),
    }
}

/// Spans that begin a trace, or belong to one: what is done again and again beside the requests is asked for by nobody.
fn of_a_trace<S: Subscriber + for<'a> LookupSpan<'a>>() -> impl Filter<S> {
    let belongs = |metadata: &Metadata<'_>, context: &Context<'_, S>| {
        BEGIN.contains(&metadata.name()) || context.lookup_current().is_some()
    };
    dynamic_filter_fn(belongs).with_max_level_hint(LevelFilter::INFO)
}

/// Starts logging as the settings ask, and making spans with `tracer`, if there is one. Spans are in no log.
///
/// # Errors
/// When logging was started before.
pub(crate) fn start(config: &Config, tracer: Option<SdkTracer>) -> anyhow::Result<()> {
    let on_terminal = io::stderr().is_terminal();
    let json = match config.log_format {
        LogFormat::Auto => !on_terminal,
        LogFormat::Pretty => false,
        LogFormat::Json => true,
    };
    // Colors are for people who did not ask to be spared them.
    let colors = on_terminal && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let told = if json { |count| left_out(count, true) } else { |count| left_out(count, false) };
    let records = fmt::layer().with_writer(LogWriter::new(io::stderr(), told)).with_ansi(colors);
    let wanted = config.log.parse::<Targets>()?.with_target(TARGET, LevelFilter::OFF).and(allowed());
    // Nobody makes a span then: a layer's own filter would let the registry keep each.
    let no_spans = tracer
        .is_none()
        .then(|| Targets::new().with_default(LevelFilter::TRACE).with_target(TARGET, LevelFilter::OFF));
    let spans = tracer.map(|tracer| {
        let layer = tracing_opentelemetry::layer().with_tracer(tracer).with_location(false);
        let layer = layer.with_threads(false).with_target(false).with_tracked_inactivity(false);
        layer.with_filter(Targets::new().with_target(TARGET, LevelFilter::INFO).and(of_a_trace()))
    });
    let all = registry().with(no_spans).with(spans);
    let started = if json {
        let format = fmt::format().json().flatten_event(true);
        let format = WithRequest { format, end: "}\n", name: ",\"request_id\":\"", after: "\"}\n" };
        let records = records.fmt_fields(JsonFields::new()).event_format(format);
        all.with(records.with_filter(wanted)).try_init()
    } else {
        let format = fmt::format().with_ansi(colors);
        let format = WithRequest { format, end: "\n", name: " request_id=\"", after: "\"\n" };
        all.with(records.event_format(format).with_filter(wanted)).try_init()
    };
    started.map_err(|error| anyhow!("cannot start logging: {error}"))
}

/// A format that adds the name of the request to lines that are written for one. It costs only lines that are written: a
/// span for each request would cost every check.
struct WithRequest<F> {
    format: F,
    /// How a line ends.
    end: &'static str,
    /// What stands before the name, and after it.
    name: &'static str,
    after: &'static str,
}

impl<S, N, F> FormatEvent<S, N> for WithRequest<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> std_fmt::Result {
        let mut line = String::new();
        self.format.format_event(context, Writer::new(&mut line), event)?;
        let line = short::line(line);
        let Some(line) = line.strip_suffix(self.end) else { return writer.write_str(&line) };
        // What others said may stand in it, and must not look like lines of ours.
        writer.write_str(&line.replace(['\n', '\r'], " "))?;
        match current_request() {
            Some(request) => write!(writer, "{}{request}{}", self.name, self.after),
            None => writer.write_str(self.end),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs::{self, File},
        sync::Arc,
    };

    use super::*;

    #[test]
    fn what_others_said_stays_in_its_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("log");
        let written = Arc::new(File::create(&path).expect("a file"));
        let format = fmt::format().with_ansi(false).without_time();
        let format = WithRequest { format, end: "\n", name: "", after: "\n" };
        let records = fmt::layer().with_ansi(false).with_writer(written).event_format(format);
        let said = "no\r\n2026-01-01T00:00:00Z ERROR forged";
        tracing::subscriber::with_default(registry().with(records), || {
            tracing::error!("refused: {said}");
            tracing::error!(error = %said, "refused");
        });
        let log = fs::read_to_string(path).expect("a log");
        assert_eq!(log.lines().count(), 2, "{log}");
        assert!(log.lines().all(|line| line.contains("no  2026-01-01")) && !log.contains('\r'), "{log}");
    }
}
