//! ELF objects as clang makes them: sections with code, symbols, relocations, maps, variables, license and lines.

use std::collections::BTreeMap;

use goblin::elf::section_header::{
    SHF_EXECINSTR, SHF_STRINGS, SHF_WRITE, SHN_UNDEF, SHT_NOBITS, SHT_PROGBITS, SHT_REL, SectionHeader,
};
use goblin::elf::sym::{STT_FUNC, STT_OBJECT, STT_SECTION, Sym};
use goblin::elf::{Elf, header};

use super::btf::Btf;
use super::code::Code;
use super::error::Error;
use super::isa::Op;
use super::maps::{self, Declared};
use super::object::{Map, Object, Program, Ref, Unit, Variable};

/// Variables may take this much together.
const MAX_DATA: u64 = 64 << 20;
/// `R_BPF_64_64` (lddw), `R_BPF_64_ABS64` (data) and `R_BPF_64_32` (calls).
const RELOCATIONS: [u32; 3] = [1, 2, 10];

struct Reader<'a> {
    elf: Elf<'a>,
    bytes: &'a [u8],
    object: Object,
    /// Unit by section.
    units: BTreeMap<usize, usize>,
    /// Map by section and offset.
    maps: BTreeMap<(usize, u64), usize>,
    /// Where in a `.maps` section the initial values of which map begin, and where its declaration ends.
    values: Vec<(usize, u64, u64, usize)>,
    /// Variable by section and offset.
    variables: BTreeMap<(usize, u64), usize>,
}

/// Reads an object.
pub fn read(name: &str, bytes: &[u8]) -> Result<Object, Error> {
    let elf = Elf::parse(bytes).map_err(|e| Error::invalid(format!("the ELF file is damaged: {e}")))?;
    if elf.header.e_machine != header::EM_BPF {
        let machine = header::machine_to_str(elf.header.e_machine);
        return Err(Error::invalid(format!(
            "an ELF file for {machine}, not for BPF: compile with -target bpf"
        )));
    }
    if elf.header.e_type != header::ET_REL || !elf.is_64 {
        return Err(Error::invalid("no relocatable 64-bit object"));
    }
    let big_endian = !elf.little_endian;
    let object = Object { name: name.into(), big_endian, ..Object::default() };
    let (units, maps, variables) = Default::default();
    let mut reader = Reader { elf, bytes, object, units, maps, values: Vec::new(), variables };
    reader.code()?;
    if big_endian {
        return Ok(reader.object);
    }
    reader.texts()?;
    reader.data()?;
    reader.relocations()?;
    Ok(reader.object)
}

impl<'a> Reader<'a> {
    fn name(&self, header: &SectionHeader) -> String {
        self.elf.shdr_strtab.get_at(header.sh_name).unwrap_or_default().to_owned()
    }

    fn section_bytes(&self, header: &SectionHeader) -> Result<&'a [u8], Error> {
        if header.sh_type == SHT_NOBITS {
            return Ok(&[]);
        }
        let start = usize::try_from(header.sh_offset).unwrap_or(usize::MAX);
        let end = start.saturating_add(usize::try_from(header.sh_size).unwrap_or(usize::MAX));
        let missing =
            || Error::invalid("the section lies outside of the file").in_section(&self.name(header));
        self.bytes.get(start..end).ok_or_else(missing)
    }

    fn find(&self, name: &str) -> Result<Option<&'a [u8]>, Error> {
        let found = self.elf.section_headers.iter().find(|h| self.name(h) == name);
        found.map(|h| self.section_bytes(h)).transpose()
    }

    fn symbol_name(&self, symbol: &Sym) -> String {
        self.elf.strtab.get_at(symbol.st_name).unwrap_or_default().to_owned()
    }

    fn symbols(&self, section: usize) -> Vec<Sym> {
        self.elf.syms.iter().filter(|s| s.st_shndx == section).collect()
    }

    /// Sections with instructions; each global or sized function outside of `.text` is a program.
    fn code(&mut self) -> Result<(), Error> {
        let headers = self.elf.section_headers.clone();
        for (at, header) in headers.iter().enumerate() {
            let executable = header.sh_flags & u64::from(SHF_EXECINSTR) != 0;
            if header.sh_type != SHT_PROGBITS || !executable || header.sh_size == 0 {
                continue;
            }
            let section = self.name(header);
            let code = Code::decode(self.section_bytes(header)?, !self.elf.little_endian)
                .map_err(|e| e.in_section(&section))?;
            let mut unit = Unit { section: section.clone(), code, ..Unit::default() };
            let index = self.object.units.len();
            for symbol in self.symbols(at).iter().filter(|s| s.st_type() == STT_FUNC) {
                let (name, first) = (self.symbol_name(symbol), symbol.st_value as usize / 8);
                if symbol.st_value % 8 != 0 || unit.code.get(first).is_none() {
                    let message = format!("function {name} begins where no instruction does");
                    return Err(Error::invalid(message).in_section(&section));
                }
                unit.functions.insert(first, name.clone());
                if section != ".text" {
                    self.object.programs.push(Program { name, unit: index, at: first });
                }
            }
            self.units.insert(at, index);
            self.object.units.push(unit);
        }
        if self.object.units.is_empty() {
            return Err(Error::invalid("the object has no section with instructions"));
        }
        if self.object.programs.is_empty() {
            self.global_functions();
        }
        Ok(())
    }

    /// An object with nothing but `.text`: its global functions are the programs.
    fn global_functions(&mut self) {
        for symbol in self.elf.syms.iter().filter(|s| s.st_type() == STT_FUNC && s.st_bind() != 0) {
            if let Some(unit) = self.units.get(&symbol.st_shndx) {
                let (name, at) = (self.symbol_name(&symbol), symbol.st_value as usize / 8);
                self.object.programs.push(Program { name, unit: *unit, at });
            }
        }
    }

    fn texts(&mut self) -> Result<(), Error> {
        if let Some(license) = self.find("license")? {
            let end = license.iter().position(|b| *b == 0).unwrap_or(license.len());
            self.object.license = String::from_utf8_lossy(&license[..end]).into_owned();
        }
        if let Some([a, b, c, d, ..]) = self.find("version")? {
            self.object.version = u32::from_le_bytes([*a, *b, *c, *d]);
        }
        let (Some(btf), Some(ext)) = (self.find(".BTF")?, self.find(".BTF.ext")?) else { return Ok(()) };
        for (section, at, line) in Btf::read(btf)?.lines(ext)? {
            if let Some(unit) = self.object.units.iter_mut().find(|u| u.section == section) {
                unit.lines.insert(at, line);
            }
        }
        Ok(())
    }

    fn data(&mut self) -> Result<(), Error> {
        let headers = self.elf.section_headers.clone();
        let mut total = 0;
        for (at, header) in headers.iter().enumerate() {
            let name = self.name(header);
            if name == ".maps" || name == "maps" {
                self.read_maps(at, header, name == ".maps").map_err(|e| e.in_section(&name))?;
            } else if [".data", ".rodata", ".bss"]
                .iter()
                .any(|p| name.strip_prefix(p).is_some_and(|r| r.is_empty() || r.starts_with('.')))
            {
                total += header.sh_size;
                if total > MAX_DATA {
                    return Err(Error::unsupported(format!("more than {MAX_DATA} bytes of variables")));
                }
                self.read_variables(at, header, &name)?;
            }
        }
        Ok(())
    }

    fn read_maps(&mut self, section: usize, header: &SectionHeader, defined: bool) -> Result<(), Error> {
        let bytes = self.section_bytes(header)?;
        let btf = self.find(".BTF")?.map(Btf::read).transpose()?.unwrap_or_default();
        let mut symbols = self.symbols(section);
        symbols.retain(|s| s.st_type() != STT_SECTION && s.st_name != 0);
        symbols.sort_by_key(|s| s.st_value);
        for (n, symbol) in symbols.iter().enumerate() {
            let name = self.symbol_name(symbol);
            let declared = if defined {
                maps::defined(&btf, &name)?
            } else {
                let end = symbols.get(n + 1).map_or(header.sh_size, |next| next.st_value);
                let range = symbol.st_value as usize..end as usize;
                let outside = || Error::invalid(format!("map {name} lies outside of its section"));
                maps::legacy(&name, bytes.get(range).ok_or_else(outside)?)?
            };
            self.add_map(section, symbol, declared);
        }
        Ok(())
    }

    fn add_map(&mut self, section: usize, symbol: &Sym, declared: Declared) {
        let Declared { mut map, inner, values } = declared;
        if let Some(inner) = inner {
            map.inner = Some(self.object.maps.len());
            self.object.maps.push(Map { is_template: true, ..inner });
        }
        let index = self.object.maps.len();
        self.object.maps.push(map);
        self.maps.insert((section, symbol.st_value), index);
        if let Some(offset) = values {
            let (start, end) = (symbol.st_value + offset, symbol.st_value.saturating_add(symbol.st_size));
            self.values.push((section, start, end, index));
        }
    }

    /// Each variable is an object of its own; what no symbol covers is one per gap, and string literals one each.
    fn read_variables(&mut self, section: usize, header: &SectionHeader, name: &str) -> Result<(), Error> {
        let bytes = self.section_bytes(header)?;
        let constant = header.sh_flags & u64::from(SHF_WRITE) == 0;
        let mut symbols = self.symbols(section);
        symbols.retain(|s| s.st_type() == STT_OBJECT && s.st_size > 0);
        symbols.sort_by_key(|s| s.st_value);
        let strings = header.sh_flags & u64::from(SHF_STRINGS) != 0 && header.sh_entsize == 1;
        let gap = |mut at: u64, end: u64, parts: &mut Vec<(u64, u64, String)>| {
            while at < end {
                let rest = bytes.get(at as usize..end as usize).filter(|_| strings).unwrap_or_default();
                let next = rest.iter().position(|b| *b == 0).map_or(end, |n| at + n as u64 + 1);
                parts.push((at, next, format!("{name}+{at:#x}")));
                at = next;
            }
        };
        let mut at = 0;
        let mut parts = Vec::new();
        for symbol in &symbols {
            let end = symbol.st_value.saturating_add(symbol.st_size);
            if symbol.st_value < at || end > header.sh_size {
                continue;
            }
            gap(at, symbol.st_value, &mut parts);
            parts.push((symbol.st_value, end, self.symbol_name(symbol)));
            at = end;
        }
        gap(at, header.sh_size, &mut parts);
        for (start, end, symbol) in parts {
            let content = match bytes.get(start as usize..end as usize) {
                Some(content) => content.to_vec(),
                None => vec![0; (end - start) as usize],
            };
            self.variables.insert((section, start), self.object.variables.len());
            self.object.variables.push(Variable {
                name: symbol,
                section: name.into(),
                offset: start,
                bytes: content,
                constant,
                pointers: Vec::new(),
            });
        }
        Ok(())
    }

    fn relocations(&mut self) -> Result<(), Error> {
        let headers = self.elf.section_headers.clone();
        for header in headers.iter().filter(|h| h.sh_type == SHT_REL) {
            let section = header.sh_info as usize;
            let unit = self.units.get(&section).copied();
            let (chunks, _) = self.section_bytes(header)?.as_chunks::<16>();
            for chunk in chunks {
                let low = u64::from_le_bytes(std::array::from_fn(|i| chunk[i]));
                let info = u64::from_le_bytes(std::array::from_fn(|i| chunk[i + 8]));
                let (kind, symbol) = (info as u32, (info >> 32) as usize);
                match unit {
                    Some(unit) => self.relocate_code(unit, low, kind, symbol)?,
                    None => self.relocate_data(section, low, symbol)?,
                }
            }
        }
        Ok(())
    }

    fn relocate_code(&mut self, unit: usize, offset: u64, kind: u32, symbol: usize) -> Result<(), Error> {
        let section = self.object.units[unit].section.clone();
        let at = usize::try_from(offset / 8).unwrap_or(usize::MAX);
        let place = |e: Error| e.at(at).in_section(&section);
        let insn = self.object.units[unit].code.get(at).copied().filter(|_| offset.is_multiple_of(8));
        let insn = insn.ok_or_else(|| place(Error::invalid("a relocation of no instruction")))?;
        if !RELOCATIONS.contains(&kind) {
            return Err(place(Error::unsupported(format!("relocation type {kind}"))));
        }
        let symbol = self.symbol(symbol).map_err(place)?;
        let addend = match insn.op() {
            Op::LoadImm { .. } => insn.imm64() as i64,
            Op::CallLocal | Op::CallHelper | Op::CallKfunc => (i64::from(insn.raw.imm) + 1) * 8,
            _ => return Err(place(Error::unsupported(format!("a relocation of {}", insn.row.name)))),
        };
        let target = self.target(&symbol, addend).map_err(place)?;
        self.object.units[unit].refs.insert(at, target);
        Ok(())
    }

    fn relocate_data(&mut self, section: usize, offset: u64, symbol: usize) -> Result<(), Error> {
        if let Some((.., start, _, map)) =
            self.values.iter().find(|(s, start, end, _)| *s == section && (*start..*end).contains(&offset))
        {
            let (slot, map) = ((offset - start) / 8, *map);
            let symbol = self.symbol(symbol)?;
            let target = self.target(&symbol, 0)?;
            self.object.maps[map].values.push((slot, target));
            return Ok(());
        }
        let Some((variable, at)) = self.variable_at(section, offset) else { return Ok(()) };
        let at = at as usize;
        let bytes = &self.object.variables[variable].bytes;
        let Some(word) = bytes.get(at..at.saturating_add(8)) else { return Ok(()) };
        let addend = i64::from_le_bytes(std::array::from_fn(|i| word[i]));
        let symbol = self.symbol(symbol)?;
        let target = self.target(&symbol, addend)?;
        let pointers = &mut self.object.variables[variable].pointers;
        let place = pointers.partition_point(|(o, _)| *o < at);
        let free = |p: Option<&(usize, Ref)>| p.is_none_or(|(o, _)| o.abs_diff(at) >= 8);
        if free(pointers.get(place)) && free(place.checked_sub(1).and_then(|p| pointers.get(p))) {
            pointers.insert(place, (at, target));
        }
        Ok(())
    }

    fn symbol(&self, index: usize) -> Result<Sym, Error> {
        self.elf.syms.get(index).ok_or_else(|| Error::invalid("a relocation with a symbol that is none"))
    }

    fn variable_at(&self, section: usize, offset: u64) -> Option<(usize, i64)> {
        let ((found, start), variable) = self.variables.range(..=(section, offset)).next_back()?;
        (*found == section).then(|| (*variable, (offset - start) as i64))
    }

    fn target(&self, symbol: &Sym, addend: i64) -> Result<Ref, Error> {
        let name = self.symbol_name(symbol);
        if symbol.st_shndx == SHN_UNDEF as usize {
            return Ok(Ref::Extern(name));
        }
        let (section, place) = (symbol.st_shndx, symbol.st_value.wrapping_add(addend as u64));
        if let Some(unit) = self.units.get(&section) {
            let at = usize::try_from(place / 8).unwrap_or(usize::MAX);
            return match self.object.units[*unit].code.get(at) {
                Some(_) if place % 8 == 0 => Ok(Ref::Function { unit: *unit, at }),
                _ => Err(Error::invalid(format!(
                    "a relocation to {place:#x} in code, where no instruction begins"
                ))),
            };
        }
        if let Some(map) = self.maps.get(&(section, place)) {
            return Ok(Ref::Map(*map));
        }
        match self.variable_at(section, place) {
            Some((variable, offset)) => Ok(Ref::Variable(variable, offset)),
            None => {
                Err(Error::unsupported(format!("a reference to `{name}`, which is no code, map or variable")))
            }
        }
    }
}
