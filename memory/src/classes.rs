//! Block sizes of the size-classed heap: up to 8 units of 16 bytes in single steps, then four steps a doubling; and the
//! same again for each alignment above 16. Pure arithmetic.

/// Classes of one alignment: strides of 2 to 16384 units.
const CLASSES: usize = 7 + 11 * 4;
/// Alignments of 16, 32, ... 4096.
const ALIGNMENTS: usize = 9;
/// All bins.
pub(crate) const BINS: usize = CLASSES * ALIGNMENTS;
/// The largest alignment that the size-classed heap serves.
pub(crate) const MAX_ALIGN: u64 = 4096;

/// The bin for an object; `None` if its block would exceed `max_block` bytes.
#[inline]
pub(crate) fn bin_for(size: u64, align: u64, max_block: u64) -> Option<usize> {
    if size > max_block || align > MAX_ALIGN {
        return None;
    }
    let family = if align <= 16 { 0 } else { align.ilog2() as usize - 4 };
    let units = ((size + 31) / 16).max(2) as u32;
    let class = class_of(units);
    // One more would be the next family's first.
    if class >= CLASSES {
        return None;
    }
    let bin = family * CLASSES + class;
    (stride_units(bin) * 16 <= max_block).then_some(bin)
}

#[inline]
fn class_of(units: u32) -> usize {
    if units <= 8 {
        return units as usize - 2;
    }
    let exponent = (units - 1).ilog2();
    7 + (exponent as usize - 3) * 4 + ((units - 1) >> (exponent - 2)) as usize - 4
}

/// Units from one block of the bin to the next.
pub(crate) fn stride_units(bin: usize) -> u64 {
    let class = bin % CLASSES;
    let units = if class < 7 {
        class as u64 + 2
    } else {
        let (exponent, step) = ((class - 7) / 4 + 3, (class - 7) % 4 + 4);
        (step as u64 + 1) << (exponent - 2)
    };
    units.next_multiple_of(align_of(bin) / 16)
}

/// The alignment of every base in the bin.
pub(crate) fn align_of(bin: usize) -> u64 {
    16 << (bin / CLASSES)
}

/// The bins that can stand in for a full one: larger blocks of the same alignment.
pub(crate) fn larger(bin: usize) -> std::ops::Range<usize> {
    bin + 1..(bin / CLASSES + 1) * CLASSES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_hold_what_they_are_chosen_for() {
        for align in [1u64, 16, 32, 64, 4096] {
            for size in (0..5000).chain([65535, 65536, 100_000, 262_127, 262_128, 262_129, 262_144]) {
                let Some(bin) = bin_for(size, align, 256 << 10) else {
                    assert!(size + 16 > 200_000 || align > 16, "{size} {align}");
                    continue;
                };
                let stride = stride_units(bin) * 16;
                assert!(stride >= size + 16 && stride.is_multiple_of(align.max(16)), "{size} {align}");
                if align <= 16 {
                    assert!(
                        stride <= ((size + 16).next_multiple_of(16).max(32)) * 5 / 4 + 16,
                        "{size}: {stride}"
                    );
                }
            }
        }
    }
}
