//! The report as a person reads it: headline, source snippet, object, call stacks.

use std::fmt::Write as _;
use std::ops::Range;

use ariadne::{CharSet, Color, Config, IndexType, Label, ReportKind};

use super::source::SourceCache;
use super::{Frame, Object, Report, Sources};

/// Frames shown of one call stack; a runaway recursion has millions.
const MAX_FRAMES: usize = 32;

/// Renders `report`. `program` starts the headline; colours only if `color`.
pub fn render_text(report: &Report, program: &str, sources: &Sources, color: bool) -> String {
    let mut out = String::new();
    headline(&mut out, report, program, color);
    snippet(&mut out, report, sources, color);
    if let Some(object) = &report.object {
        describe_object(&mut out, "object", object);
    }
    if let Some(other) = &report.other {
        describe_object(&mut out, "other object", other);
    }
    stack(&mut out, "call stack", &report.stack);
    for (label, object) in [("", &report.object), ("other object ", &report.other)] {
        if let Some(object) = object {
            stack(&mut out, &format!("{label}allocated at"), &object.allocated);
            stack(&mut out, &format!("{label}freed at"), &object.freed);
        }
    }
    for help in &report.help {
        let _ = writeln!(out, "  help: {help}");
    }
    out
}

fn headline(out: &mut String, report: &Report, program: &str, color: bool) {
    let (on, off) = if color { ("\x1b[1;31m", "\x1b[0m") } else { ("", "") };
    let _ = writeln!(out, "{program}: {on}{}{off}: {}", report.kind, report.title);
    if let Some(detail) = &report.detail {
        let _ = writeln!(out, "  {detail}");
    }
    if let Some(place) = report.stack.first().and_then(Frame::place) {
        let via = report.host_function.as_ref().map(|f| format!(" (in its call of {f})")).unwrap_or_default();
        let _ = writeln!(out, "  at {place} in {}{via}", report.stack[0].function);
    } else if let Some(frame) = report.stack.first() {
        let _ = writeln!(out, "  in {} (no debug info: compile with -g to see the line)", frame.function);
    }
}

fn describe_object(out: &mut String, label: &str, object: &Object) {
    let name = object.name.as_ref().map(|n| format!(" `{n}`")).unwrap_or_default();
    let state = if object.live { "" } else { ", no longer live" };
    let unit = if object.size == 1 { "byte" } else { "bytes" };
    let _ = writeln!(out, "  {label}: {}{name} of {} {unit}{state}", object.kind, object.size);
    if let Some(place) = object.declared.as_ref().and_then(Frame::place) {
        let _ = writeln!(out, "    declared at {place}");
    }
}

fn stack(out: &mut String, label: &str, frames: &[Frame]) {
    if frames.is_empty() {
        return;
    }
    let _ = writeln!(out, "  {label}:");
    self::frames(out, frames);
}

/// Call frames, innermost first, one a line.
pub(super) fn frames(out: &mut String, frames: &[Frame]) {
    for (i, frame) in frames.iter().take(MAX_FRAMES).enumerate() {
        let place = frame.place().map(|p| format!(" at {p}")).unwrap_or_default();
        let inlined = if frame.inlined { " (inlined)" } else { "" };
        let instruction = frame.instruction.as_ref();
        let instruction = instruction
            .map(|i| format!(" (section {}, instruction {})", i.section, i.number))
            .unwrap_or_default();
        let _ = writeln!(out, "    #{i} {}{place}{instruction}{inlined}", frame.function);
    }
    if frames.len() > MAX_FRAMES {
        let _ = writeln!(out, "    ... and {} more", frames.len() - MAX_FRAMES);
    }
}

/// One labelled place in a source file.
struct Mark<'a> {
    frame: &'a Frame,
    text: &'static str,
    color: Color,
}

/// Draws the lines of the access, the allocation and the free, where their sources can be read.
fn snippet(out: &mut String, report: &Report, sources: &Sources, color: bool) {
    let mut marks = Vec::new();
    if let Some(frame) = report.stack.first() {
        marks.push(Mark { frame, text: "here", color: Color::Red });
    }
    if let Some(object) = &report.object {
        marks.extend(place(&object.freed).map(|frame| Mark {
            frame,
            text: "freed here",
            color: Color::Yellow,
        }));
        marks.extend(place(&object.allocated).map(|frame| Mark {
            frame,
            text: "allocated here",
            color: Color::Blue,
        }));
    }
    let mut files = SourceCache::default();
    let mut spans = Vec::new();
    for mark in &marks {
        let Some(file) = mark.frame.file.as_deref().filter(|_| mark.frame.line > 0) else { continue };
        let Some(span) = files.get(sources, file).and_then(|text| span(text, mark.frame)) else { continue };
        spans.push((file.to_string(), span, mark));
    }
    // Only with the place of the fault itself do the others make a picture.
    let Some((file, at, _)) = spans.first().filter(|s| s.2.text == "here") else { return };
    let mut builder = ariadne::Report::build(ReportKind::Error, (file.clone(), at.clone())).with_config(
        Config::default()
            .with_color(color)
            .with_compact(true)
            .with_index_type(IndexType::Byte)
            .with_char_set(CharSet::Ascii),
    );
    for (order, (file, span, mark)) in spans.iter().enumerate() {
        builder = builder.with_label(
            Label::new((file.clone(), span.clone()))
                .with_message(mark.text)
                .with_color(mark.color)
                .with_order(order as i32),
        );
    }
    let texts: Vec<(String, String)> = spans
        .iter()
        .filter_map(|(file, ..)| Some((file.clone(), files.get(sources, file)?.to_string())))
        .collect();
    let mut drawn = Vec::new();
    if builder.finish().write(ariadne::sources(texts), &mut drawn).is_ok() {
        // ariadne's own headline repeats ours.
        let drawn = String::from_utf8_lossy(&drawn);
        out.extend(drawn.lines().skip(1).flat_map(|line| ["  ", line.trim_end(), "\n"]));
    }
}

/// The innermost frame that has a line.
fn place(frames: &[Frame]) -> Option<&Frame> {
    frames.iter().find(|f| f.line > 0 && f.file.is_some())
}

/// The bytes of the word or operator at a frame's line and column; the whole line without a column.
fn span(text: &str, frame: &Frame) -> Option<Range<usize>> {
    let mut start = 0;
    for _ in 1..frame.line {
        start += text.get(start..)?.find('\n')? + 1;
    }
    let line = text.get(start..)?.lines().next().unwrap_or("");
    let indent = line.len() - line.trim_start().len();
    if frame.column == 0 {
        return Some(start + indent..start + line.trim_end().len().max(indent + 1));
    }
    // DWARF columns count bytes.
    let column = (frame.column as usize - 1).min(line.len());
    let tail = line.get(column..)?;
    let word = tail.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(tail.len());
    let len = if word == 0 { tail.chars().next().map_or(0, char::len_utf8) } else { word };
    Some(start + column..start + column + len)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(line: u32, column: u32) -> Frame {
        Frame { file: Some("a.c".into()), line, column, ..Frame::bare("f".into()) }
    }

    #[test]
    fn spans_cover_the_token_at_the_column() {
        let text = "int main(void) {\n    return table[9];\n}\n";
        assert_eq!(&text[span(text, &frame(2, 12)).unwrap()], "table");
        assert_eq!(&text[span(text, &frame(2, 17)).unwrap()], "[");
        assert_eq!(&text[span(text, &frame(2, 0)).unwrap()], "return table[9];");
        assert_eq!(span(text, &frame(9, 1)), None);
    }
}
