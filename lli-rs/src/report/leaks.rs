//! Heap objects that nothing pointed to at exit, one entry per place of allocation.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use serde::Serialize;
use svm_memory::ObjectInfo;

use super::{Frame, Resolver};

/// Leaked objects of one place of allocation.
#[derive(Clone, Debug, Serialize)]
pub struct Leak {
    /// How many objects.
    pub objects: u64,
    /// Their bytes, together.
    pub bytes: u64,
    /// Where they were allocated.
    pub allocated: Vec<Frame>,
}

impl Leak {
    /// Groups objects by their place of allocation, most bytes first.
    pub fn group(objects: &[ObjectInfo], resolver: &dyn Resolver) -> Vec<Leak> {
        let mut sites: BTreeMap<_, (u64, u64)> = BTreeMap::new();
        for object in objects {
            let (count, bytes) = sites.entry(object.alloc_site).or_default();
            *count += 1;
            *bytes += object.size;
        }
        let mut leaks: Vec<Leak> = Vec::new();
        let mut known: HashMap<Vec<Frame>, usize> = HashMap::new();
        for (site, (objects, bytes)) in sites {
            // Several sites are one place where a function has several forms of code.
            let allocated = resolver.site(site);
            match known.get(&allocated) {
                Some(&at) => {
                    leaks[at].objects += objects;
                    leaks[at].bytes += bytes;
                }
                None => {
                    known.insert(allocated.clone(), leaks.len());
                    leaks.push(Leak { objects, bytes, allocated });
                }
            }
        }
        leaks.sort_by_key(|leak| std::cmp::Reverse(leak.bytes));
        leaks
    }
}

/// The list as text; says so if there are none.
pub fn render_leaks(leaks: &[Leak]) -> String {
    let (objects, bytes) = leaks.iter().fold((0, 0), |(o, b), leak| (o + leak.objects, b + leak.bytes));
    if objects == 0 {
        return "svm-lli: no leaks\n".into();
    }
    let mut out =
        format!("svm-lli: {objects} heap objects ({bytes} bytes) were never freed and cannot be reached\n");
    for leak in leaks {
        let _ = writeln!(out, "  {} objects, {} bytes, allocated at", leak.objects, leak.bytes);
        super::text::frames(&mut out, &leak.allocated);
    }
    out
}
