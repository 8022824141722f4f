//! The table of results.

/// A row: time of a unit, natively in seconds, elsewhere as a ratio or why there is none.
pub struct Row {
    /// The program.
    pub name: String,
    /// Seconds of user time natively.
    pub native: f64,
    /// One cell for each engine.
    pub cells: Vec<svm_tests::Check<f64>>,
}

/// All of them.
pub struct Table {
    /// Titles of the columns.
    pub engines: Vec<String>,
    /// The programs.
    pub rows: Vec<Row>,
    /// Runs of a fast cell.
    pub runs: usize,
}

impl Table {
    /// As Markdown, with the geometric means.
    pub fn markdown(&self) -> String {
        let mut out = format!("| program | native -O3, ms a unit | {} |\n", self.engines.join(" | "));
        out += &format!("|---|---|{}\n", "---|".repeat(self.engines.len()));
        for row in &self.rows {
            let cells: Vec<String> = row.cells.iter().map(show).collect();
            out += &format!("| {} | {:.1} | {} |\n", row.name, row.native * 1e3, cells.join(" | "));
        }
        let means: Vec<String> = (0..self.engines.len()).map(|engine| self.mean_cell(engine)).collect();
        out += &format!("| **geometric mean** | | {} |\n", means.join(" | "));
        out += &format!(
            "\nUser time of one unit over the native time of one unit; median of {} runs.\n",
            self.runs
        );
        out
    }

    /// The geometric mean of an engine's ratios, and over how many programs.
    pub fn mean(&self, engine: usize) -> Option<(f64, usize)> {
        let ratios = self.rows.iter().filter_map(|row| row.cells[engine].as_ref().ok());
        let logs: Vec<f64> = ratios.map(|ratio| ratio.ln()).collect();
        (!logs.is_empty()).then(|| ((logs.iter().sum::<f64>() / logs.len() as f64).exp(), logs.len()))
    }

    fn mean_cell(&self, engine: usize) -> String {
        match self.mean(engine) {
            None => "–".into(),
            Some((mean, n)) if n == self.rows.len() => format!("**{}**", digits(mean)),
            Some((mean, n)) => format!("**{}** (of {n})", digits(mean)),
        }
    }
}

fn show(cell: &svm_tests::Check<f64>) -> String {
    match cell {
        Ok(ratio) => digits(*ratio),
        Err(why) => why.lines().next().unwrap_or_default().chars().take(24).collect(),
    }
}

/// A ratio with as many digits as it deserves.
pub fn digits(ratio: f64) -> String {
    if ratio < 4.0 { format!("{ratio:.2}") } else { format!("{ratio:.1}") }
}
