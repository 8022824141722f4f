//! The result as Markdown.

use std::fmt::Write as _;

use svm_tests::Check;

/// What an engine did with a kernel.
pub struct Cell {
    /// The column.
    pub engine: String,
    /// Nanoseconds of a call, and milliseconds from the file to the first result, where that is known.
    pub cost: Check<(f64, Option<f64>)>,
}

impl Cell {
    /// A cell of a column.
    pub fn of(engine: impl Into<String>, cost: Check<(f64, Option<f64>)>) -> Cell {
        Cell { engine: engine.into(), cost }
    }
}

/// A kernel's line.
pub struct Row {
    /// The kernel.
    pub name: String,
    /// Nanoseconds of a native call.
    pub native: f64,
    /// By engine.
    pub cells: Vec<Cell>,
}

/// What a call of an empty program costs, in nanoseconds.
pub struct Packets {
    /// The engine.
    pub engine: String,
    /// On memory that it has already.
    pub in_place: f64,
    /// On a packet of 64 bytes that is copied in and out, with its context.
    pub packet: Option<f64>,
}

/// The whole.
#[derive(Default)]
pub struct Table {
    /// By kernel.
    pub rows: Vec<Row>,
    /// By engine.
    pub packets: Vec<Packets>,
}

/// Two digits.
fn digits(ratio: f64) -> String {
    if ratio < 10.0 { format!("{ratio:.2}") } else { format!("{ratio:.0}") }
}

impl Table {
    /// Writes it.
    pub fn markdown(&self) -> String {
        let mut out = String::from(
            "# eBPF in user space\n\n\
             Written by `make bench`. The same C function natively (`clang -O2`) and as eBPF; processor time of one call over\n\
             the native one, in this process, on memory that lies there already. SVM checks every access; rbpf's compiled\n\
             code checks none, its interpreter and uBPF's check. Compilers get the newest instruction set that the engine\n\
             knows: v4 for SVM, v3 for rbpf, v2 for uBPF. One shared machine: read one digit.\n\n",
        );
        let engines: Vec<&str> =
            self.rows.first().map_or(Vec::new(), |r| r.cells.iter().map(|c| c.engine.as_str()).collect());
        let _ = writeln!(out, "| kernel | native | {} |", engines.join(" | "));
        let _ = writeln!(out, "|---|---|{}", "---|".repeat(engines.len()));
        for row in &self.rows {
            let _ = write!(out, "| {} | {:.0} ns |", row.name, row.native);
            for cell in &row.cells {
                match &cell.cost {
                    Ok((each, _)) => drop(write!(out, " {} |", digits(each / row.native))),
                    Err(_) => out.push_str(" – |"),
                }
            }
            out.push('\n');
        }
        self.means(&mut out, engines.len());
        self.notes(&mut out);
        self.per_packet(&mut out);
        out
    }

    fn means(&self, out: &mut String, engines: usize) {
        out.push_str("| geometric mean | |");
        for engine in 0..engines {
            let ratios: Vec<f64> = self
                .rows
                .iter()
                .filter_map(|r| Some(r.cells.get(engine)?.cost.as_ref().ok()?.0 / r.native))
                .collect();
            let mean = ratios.iter().map(|r| r.ln()).sum::<f64>() / ratios.len().max(1) as f64;
            let _ = write!(out, " **{}** |", digits(mean.exp()));
        }
        out.push_str("\n\n");
    }

    /// Why cells are empty, and how long it takes until the first result.
    fn notes(&self, out: &mut String) {
        for row in &self.rows {
            for cell in &row.cells {
                if let Err(why) = &cell.cost {
                    let _ = writeln!(out, "- {}, {}: {why}", row.name, cell.engine);
                }
            }
        }
        out.push_str(
            "\nFrom the object file to the first result, with compiling, in milliseconds:\n\n| kernel |",
        );
        let timed = |row: &Row| -> Vec<(String, f64)> {
            let cell = |c: &Cell| Some((c.engine.clone(), c.cost.as_ref().ok()?.1?));
            row.cells.iter().filter_map(cell).collect()
        };
        let Some(first) = self.rows.first().map(timed) else { return };
        let _ = writeln!(out, " {} |", first.iter().map(|(e, _)| e.as_str()).collect::<Vec<_>>().join(" | "));
        let _ = writeln!(out, "|---|{}", "---|".repeat(first.len()));
        for row in &self.rows {
            let cells: Vec<String> = timed(row).iter().map(|(_, ms)| format!("{ms:.2}")).collect();
            let _ = writeln!(out, "| {} | {} |", row.name, cells.join(" | "));
        }
    }

    fn per_packet(&self, out: &mut String) {
        if self.packets.is_empty() {
            return;
        }
        out.push_str("\nA program of one instruction and `exit`, nanoseconds of a call:\n\n");
        out.push_str("| engine | on memory in place | on a packet of 64 bytes, copied, with a context |\n|---|---|---|\n");
        for row in &self.packets {
            let packet = row.packet.map_or("–".into(), |ns| format!("{ns:.0}"));
            let _ = writeln!(out, "| {} | {:.1} | {packet} |", row.engine, row.in_place);
        }
    }
}
