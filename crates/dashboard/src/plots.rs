//! Plots, drawn on the server: axes with words, from zero on, the greatest value told beside its point. What they show is
//! on the page about activity as a table as well.

use std::fmt::{self, Write};

use claviger_service::vendor::{Activity, Point, Span};

/// Width and height of a drawing in pixels, about as it is shown, so that its words have the size of others.
type Size = (f64, f64);
/// Of a plot that has the page's width.
pub(crate) const WIDE: Size = (920.0, 210.0);
/// Of one that stands beside another.
pub(crate) const HALF: Size = (430.0, 150.0);
/// Room left, right, above and below for what stands beside the axes.
const MARGIN: (f64, f64, f64, f64) = (44.0, 12.0, 18.0, 24.0);

/// A line of a plot.
pub(crate) struct Series {
    /// What it is called.
    pub name: &'static str,
    /// Its colour in the style sheet, from 1 on.
    pub colour: usize,
    /// Its values, the oldest first; `None`: nobody counted.
    pub values: Vec<Option<i64>>,
}

impl Series {
    fn last(&self) -> Option<i64> {
        self.values.iter().rev().copied().flatten().next()
    }

    fn most(&self) -> Option<(usize, i64)> {
        let known = self.values.iter().enumerate().filter_map(|(at, value)| Some((at, (*value)?)));
        known.max_by_key(|(at, value)| (*value, std::cmp::Reverse(*at)))
    }
}

/// A plot over the last hours or days; shown as an element `figure`, which holds nothing but numbers and words of ours.
pub(crate) struct Plot {
    /// What it shows.
    pub title: String,
    /// How large it is drawn.
    pub size: Size,
    /// Whether the sum of the values means something.
    pub sums: bool,
    /// Words at the left, middle and right of the time axis.
    pub times: [&'static str; 3],
    /// Its lines.
    pub series: Vec<Series>,
}

/// The words for a span of time.
pub(crate) fn words(span: Span) -> (&'static str, &'static str, [&'static str; 3]) {
    match span {
        Span::Hour => ("last hour", "minute", ["1 hour ago", "30 minutes ago", "now"]),
        Span::SixHours => ("last 6 hours", "5 minutes", ["6 hours ago", "3 hours ago", "now"]),
        Span::Day => ("last day", "15 minutes", ["1 day ago", "12 hours ago", "now"]),
        Span::Week => ("last 7 days", "hour", ["7 days ago", "84 hours ago", "now"]),
        Span::Month => ("last 30 days", "6 hours", ["30 days ago", "15 days ago", "now"]),
        Span::Quarter => ("last 90 days", "day", ["90 days ago", "45 days ago", "now"]),
    }
}

/// Sessions begun and sign-ins.
pub(crate) fn starts(activity: &Activity, size: Size) -> Plot {
    let (_, step, times) = words(activity.span);
    let series = |name, colour, value: fn(&Point) -> i64| Series {
        name,
        colour,
        values: activity.points.iter().map(|point| Some(value(point))).collect(),
    };
    Plot {
        title: format!("Started and signed in, each {step}"),
        size,
        sums: true,
        times,
        series: vec![series("Inits", 1, |point| point.inits), series("Sign-ins", 2, |point| point.sign_ins)],
    }
}

/// Sessions that lived.
pub(crate) fn live(activity: &Activity, size: Size) -> Plot {
    let (_, step, times) = words(activity.span);
    let values = activity.points.iter().map(|point| point.live).collect();
    let series = vec![Series { name: "Live sessions", colour: 3, values }];
    Plot { title: format!("Live sessions, the most in each {step}"), size, sums: false, times, series }
}

/// The smallest of 1, 2, 5, 10, 20, 50 and so on, and at least 4, that is not less: where the value axis ends.
fn ceiling(most: i64) -> i64 {
    let mut size = 1_i64;
    loop {
        for digit in [1, 2, 4, 5, 8] {
            let end = digit * size;
            if end >= most.max(4) && end % 4 == 0 || size >= i64::MAX / 100 {
                return end;
            }
        }
        size *= 10;
    }
}

/// A number as people read it: `12,345`.
pub(crate) fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0 { format!("-{text}") } else { text }
}

/// A number beside an axis: `12k`.
fn short(number: i64) -> String {
    match number {
        1_000_000.. if number % 100_000 == 0 => format!("{}M", number as f64 / 1e6),
        10_000.. if number % 100 == 0 => format!("{}k", number as f64 / 1e3),
        _ => grouped(number),
    }
}

impl fmt::Display for Plot {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "<figure class=\"plot\"><figcaption><strong>{}</strong>", self.title)?;
        for series in &self.series {
            let Series { name, colour, .. } = series;
            write!(
                out,
                "<span><span class=\"key k{colour}\" aria-hidden=\"true\"></span>{name}: {}</span>",
                self.told(series)
            )?;
        }
        let (width, height) = self.size;
        let label = self.series.iter().map(|series| format!("{}: {}", series.name, self.told(series)));
        let label = label.collect::<Vec<_>>().join("; ");
        write!(
            out,
            "</figcaption><svg viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" aria-label=\"{}. {label}\">",
            self.title
        )?;
        let top = ceiling(self.series.iter().filter_map(|series| Some(series.most()?.1)).max().unwrap_or(0));
        self.draw_axes(out, top)?;
        for series in &self.series {
            draw_line(out, series, top, self.size)?;
        }
        out.write_str("</svg></figure>")
    }
}

impl askama::filters::HtmlSafe for Plot {}

impl Plot {
    /// The values of a line in words.
    fn told(&self, series: &Series) -> String {
        let (Some(last), Some((_, most))) = (series.last(), series.most()) else {
            return "not counted yet".into();
        };
        if self.sums {
            let sum = series.values.iter().flatten().sum();
            format!("{} in all, at most {}, now {}", grouped(sum), grouped(most), grouped(last))
        } else {
            format!("at most {}, now {}", grouped(most), grouped(last))
        }
    }

    fn draw_axes(&self, out: &mut fmt::Formatter<'_>, top: i64) -> fmt::Result {
        let (left, right, _, _) = MARGIN;
        let end = self.size.0 - right;
        for quarter in 0..=4 {
            let value = top / 4 * quarter;
            let y = height_of(value, top, self.size);
            let class = if quarter == 0 { "axis" } else { "grid-line" };
            write!(out, "<path class=\"{class}\" d=\"M{left} {y:.1}H{end}\"/>")?;
            if quarter % 2 == 0 {
                let (x, y) = (left - 6.0, y + 4.0);
                write!(out, "<text x=\"{x}\" y=\"{y:.1}\" text-anchor=\"end\">{}</text>", short(value))?;
            }
        }
        let y = self.size.1 - 6.0;
        let places = [(left, "start"), (f64::midpoint(left, end), "middle"), (end, "end")];
        for ((x, anchor), word) in places.into_iter().zip(self.times) {
            write!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{word}</text>")?;
        }
        Ok(())
    }
}

/// A line, with gaps where nobody counted, and its greatest value.
fn draw_line(out: &mut fmt::Formatter<'_>, series: &Series, top: i64, size: Size) -> fmt::Result {
    let Series { colour, values, .. } = series;
    let place = |at: usize| {
        let (left, right, _, _) = MARGIN;
        let steps = values.len().saturating_sub(1).max(1) as f64;
        left + (size.0 - left - right) * at as f64 / steps
    };
    let (mut path, mut gap) = (String::new(), true);
    for (at, value) in values.iter().enumerate() {
        if let Some(value) = value {
            let next = values.get(at + 1).copied().flatten();
            let command = if gap { 'M' } else { 'L' };
            write!(path, "{command}{:.1} {:.1}", place(at), height_of(*value, top, size))?;
            if gap && next.is_none() {
                // A point alone would not be seen.
                path.push_str("h1");
            }
        }
        gap = value.is_none();
    }
    write!(out, "<path class=\"line s{colour}\" d=\"{path}\"/>")?;
    if let Some((at, most)) = series.most().filter(|(_, most)| *most > 0) {
        let (x, y) = (place(at), height_of(most, top, size));
        let anchor = if x < size.0 / 4.0 { "start" } else { "end" };
        write!(
            out,
            "<circle class=\"b{colour}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3\"/><text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{}</text>",
            y - 6.0,
            grouped(most)
        )?;
    }
    Ok(())
}

fn height_of(value: i64, top: i64, size: Size) -> f64 {
    let (_, _, above, below) = MARGIN;
    size.1 - below - (size.1 - above - below) * value as f64 / top.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(live: impl Fn(i64) -> Option<i64>) -> Activity {
        let point = |at: i64| Point { began: at * 60, inits: at, sign_ins: 1, refusals: 0, live: live(at) };
        Activity { span: Span::Hour, points: (0..60).map(point).collect() }
    }

    #[test]
    fn the_axis_ends_at_a_round_number() {
        for (most, end) in
            [(0, 4), (4, 4), (5, 8), (9, 20), (21, 40), (59, 80), (81, 100), (101, 200), (999_999, 1_000_000)]
        {
            assert_eq!(ceiling(most), end, "{most}");
        }
        assert!(ceiling(i64::MAX) > 0);
    }

    #[test]
    fn numbers_are_readable() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([5, 1000, 10_000, 12_500, 2_500_000].map(short), ["5", "1,000", "10k", "12.5k", "2.5M"]);
        assert_eq!(grouped(i64::MIN), "-9,223,372,036,854,775,808");
    }

    #[test]
    fn a_plot_tells_its_values_in_words_too() {
        let html = starts(&activity(|_| None), HALF).to_string();
        for part in [
            "<strong>Started and signed in, each minute</strong>",
            "Inits: 1,770 in all, at most 59, now 59",
            "Sign-ins: 60 in all, at most 1, now 1",
            ">0</text>",
            ">80</text>",
            ">30 minutes ago</text>",
            "class=\"line s1\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        assert!(html.len() < 8000, "{}", html.len());
    }

    #[test]
    fn what_nobody_counted_is_a_gap() {
        let html = live(&activity(|at| (at < 10 || at == 30).then_some(at)), WIDE).to_string();
        assert!(html.contains("Live sessions: at most 30, now 30"), "{html}");
        assert_eq!(html.matches('M').count() - html.matches("class=\"grid-line\"").count() - 1, 2);
        assert!(html.contains("h1\""), "{html}");
        let nothing = live(&activity(|_| None), WIDE).to_string();
        assert!(nothing.contains("not counted yet") && nothing.contains("d=\"\""), "{nothing}");
    }
}
