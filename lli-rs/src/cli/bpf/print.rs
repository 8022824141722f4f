//! What a run of an eBPF program prints: r0 or verdicts and speed, then the maps; as text or as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::Counts;
use crate::api::{Element, MapDump};
use crate::host::bpf::context::Kind;
use crate::host::bpf::maps::kind;

/// The name of an XDP verdict.
fn verdict_name(kind: Kind, verdict: u64) -> String {
    let names = ["XDP_ABORTED", "XDP_DROP", "XDP_PASS", "XDP_TX", "XDP_REDIRECT"];
    match usize::try_from(verdict).ok().and_then(|v| names.get(v)) {
        Some(name) if kind == Kind::Xdp => (*name).into(),
        _ => verdict.to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// Bytes in hexadecimal digits; programs and maps by name.
fn value_text(map: &MapDump, value: &[u8]) -> String {
    if kind::holds_pointers(map.kind) { format!("@{}", String::from_utf8_lossy(value)) } else { hex(value) }
}

/// Section dumps name variables, maps hold keys.
fn key_text(map: &MapDump, element: &Element) -> String {
    if map.kind == 0 { String::from_utf8_lossy(&element.key).into_owned() } else { hex(&element.key) }
}

impl Counts {
    fn packets_per_second(&self) -> f64 {
        self.runs as f64 / self.time.as_secs_f64().max(1e-9)
    }

    fn ns_per_packet(&self) -> f64 {
        self.time.as_nanos() as f64 / self.runs.max(1) as f64
    }
}

/// For people; `packets` is the program's kind if it ran on a capture.
pub fn plain(packets: Option<Kind>, counts: &Counts, maps: &[MapDump]) -> String {
    let mut out = String::new();
    match packets {
        Some(kind) => {
            for (verdict, n) in &counts.verdicts {
                let _ = writeln!(out, "{} {n}", verdict_name(kind, *verdict));
            }
            let (rate, each) = (counts.packets_per_second(), counts.ns_per_packet());
            let _ = writeln!(out, "{} packets, {rate:.0} packets/s, {each:.0} ns/packet", counts.runs);
        }
        None => {
            let _ = writeln!(out, "{:#x}", counts.last);
        }
    }
    for map in maps {
        let _ = writeln!(out, "map {} ({} elements)", map.name, map.elements.len());
        for element in &map.elements {
            let values: Vec<String> = element.values.iter().map(|v| value_text(map, v)).collect();
            let _ = writeln!(out, "  {}: {}", key_text(map, element), values.join(" "));
        }
    }
    out
}

/// One JSON object on one line.
pub fn json(packets: Option<Kind>, counts: &Counts, maps: &[MapDump]) -> String {
    let mut out = json!({ "r0": counts.last, "runs": counts.runs });
    if let Some(kind) = packets {
        let named = counts.verdicts.iter().map(|(v, n)| (verdict_name(kind, *v), *n));
        out["verdicts"] = json!(named.collect::<BTreeMap<_, _>>());
        out["nanoseconds"] = json!(counts.time.as_nanos() as u64);
        out["packets_per_second"] = json!(counts.packets_per_second().round());
        out["ns_per_packet"] = json!(counts.ns_per_packet());
    }
    if !maps.is_empty() {
        out["maps"] = maps.iter().map(map_json).collect();
    }
    format!("{out}\n")
}

/// An element is its key and its value, or the values of all processors.
fn map_json(map: &MapDump) -> Value {
    let element = |e: &Element| match e.values.as_slice() {
        [value] => json!([key_text(map, e), value_text(map, value)]),
        all => json!([key_text(map, e), all.iter().map(|v| hex(v)).collect::<Vec<_>>()]),
    };
    let elements: Vec<Value> = map.elements.iter().map(element).collect();
    json!({ "name": map.name, "type": map.kind, "elements": elements })
}
