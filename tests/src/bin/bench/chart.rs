//! The table as a chart: one group of bars for each program, ratios on a logarithmic scale.

use std::fmt::Write;

use super::table::{Table, digits};

const LABELS: f64 = 150.0;
const WIDTH: f64 = 640.0;
const BAR: f64 = 9.0;
const GAP: f64 = 8.0;
const TOP: f64 = 46.0;
/// Told apart by brightness as well as by hue.
const COLOURS: [&str; 6] = ["#08519c", "#6baed6", "#e6550d", "#fdae6b", "#636363", "#bdbdbd"];
/// The scale's ends: from a little below native to where `lli`'s interpreter is.
const ENDS: (f64, f64) = (0.5, 1000.0);
const MARKS: [f64; 7] = [0.5, 1.0, 3.0, 10.0, 30.0, 100.0, 1000.0];

/// Draws it.
pub fn svg(table: &Table) -> String {
    let group = BAR * table.engines.len() as f64 + GAP;
    let height = TOP + group * (table.rows.len() + 1) as f64 + 10.0;
    let total = LABELS + WIDTH + 70.0;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{total}\" height=\"{height}\" \
         font-family=\"sans-serif\" font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    legend(&mut out, table);
    scale(&mut out, height);
    let rows = table.rows.iter().map(|row| {
        let ratios: Vec<Option<f64>> = row.cells.iter().map(|cell| cell.as_ref().ok().copied()).collect();
        (row.name.as_str(), ratios)
    });
    let means: Vec<Option<f64>> =
        (0..table.engines.len()).map(|engine| table.mean(engine).map(|(mean, _)| mean)).collect();
    let all = rows.chain([("geometric mean", means)]);
    for (i, (name, ratios)) in all.enumerate() {
        bars(&mut out, TOP + group * i as f64, name, &ratios);
    }
    out + "</svg>\n"
}

fn x(ratio: f64) -> f64 {
    let (low, high) = ENDS;
    LABELS + WIDTH * (ratio.clamp(low, high) / low).ln() / (high / low).ln()
}

fn legend(out: &mut String, table: &Table) {
    for (i, engine) in table.engines.iter().enumerate() {
        let at = 10.0 + 150.0 * i as f64;
        let colour = COLOURS[i % COLOURS.len()];
        let _ = writeln!(out, "<rect x=\"{at}\" y=\"6\" width=\"10\" height=\"10\" fill=\"{colour}\"/>");
        let _ = writeln!(out, "<text x=\"{}\" y=\"15\">{}</text>", at + 14.0, escaped(engine));
    }
}

fn scale(out: &mut String, height: f64) {
    for mark in MARKS {
        let (at, strength) = (x(mark), if mark == 1.0 { "#444" } else { "#ddd" });
        let bottom = height - 6.0;
        let _ = writeln!(
            out,
            "<line x1=\"{at:.1}\" y1=\"38\" x2=\"{at:.1}\" y2=\"{bottom}\" stroke=\"{strength}\"/>"
        );
        let _ = writeln!(out, "<text x=\"{at:.1}\" y=\"34\" text-anchor=\"middle\">{mark}x</text>");
    }
}

fn bars(out: &mut String, top: f64, name: &str, ratios: &[Option<f64>]) {
    let middle = top + BAR * ratios.len() as f64 / 2.0 + 4.0;
    let at = LABELS - 8.0;
    let _ = writeln!(out, "<text x=\"{at}\" y=\"{middle}\" text-anchor=\"end\">{}</text>", escaped(name));
    for (i, ratio) in ratios.iter().enumerate() {
        let Some(ratio) = ratio else { continue };
        let (y, width) = (top + BAR * i as f64, x(*ratio) - x(ENDS.0));
        let colour = COLOURS[i % COLOURS.len()];
        let _ = writeln!(
            out,
            "<rect x=\"{LABELS}\" y=\"{y}\" width=\"{width:.1}\" height=\"{}\" fill=\"{colour}\"/>",
            BAR - 1.0
        );
        let _ = writeln!(
            out,
            "<text x=\"{:.1}\" y=\"{}\" font-size=\"8\">{}</text>",
            x(*ratio) + 3.0,
            y + BAR - 2.0,
            digits(*ratio)
        );
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}
