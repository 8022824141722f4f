//! Annotated C prototypes: how a host function is declared.

/// A C type, as far as calls and tests need it (x86-64 System V).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CType {
    /// No value.
    Void,
    /// An integer of so many bits.
    Int {
        /// Width.
        bits: u32,
        /// Signed.
        signed: bool,
    },
    /// `float`.
    Float,
    /// `double`.
    Double,
    /// `long double`.
    LongDouble,
    /// Any pointer, `va_list` included (an array decays).
    Ptr,
    /// Two integer registers (`ldiv_t`).
    IntPair,
    /// Two doubles in one aggregate (`double _Complex`).
    DoublePair,
    /// Two floats in one register (`float _Complex`).
    FloatPair,
    /// Two long doubles in one aggregate, as a result (`long double _Complex`); as an argument it is a pointer.
    LongDoublePair,
}

/// How a function uses a pointer parameter. Sizes are products of literals and names of integer
/// parameters, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PtrUse {
    /// `[str]`: reads a string up to its NUL.
    Str,
    /// `[r SIZE]`: reads so many bytes.
    Read(String),
    /// `[w SIZE]`: writes (at most) so many bytes; `[w]` writes an amount that other data decides.
    Write(String),
    /// `[rw SIZE]`: both.
    ReadWrite(String),
    /// `[file]`: a `FILE *`.
    File,
    /// `[fn]`: a function that is called.
    Callback,
    /// `[va]`: a `va_list`.
    VaList,
    /// `[free]`: ownership of a heap object.
    Free,
    /// No annotation or `[opaque]`: the bytes are not touched, or the use does not fit the others.
    Opaque,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: CType,
    /// For pointers: how it is used.
    pub use_: PtrUse,
    /// `[? ...]`: null is allowed.
    pub nullable: bool,
}

/// A parsed prototype.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proto {
    /// Function name.
    pub name: String,
    /// Result type.
    pub ret: CType,
    /// Fixed parameters.
    pub params: Vec<Param>,
    /// Whether it ends in `...`.
    pub variadic: bool,
}

/// What is wrong with a prototype's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProtoError(pub String);

impl Proto {
    /// Parses `ret name(type name[annotation], ...)`.
    pub fn parse(text: &str) -> Result<Proto, ProtoError> {
        let err = |what: &str| ProtoError(format!("{what} in prototype `{text}`"));
        let (head, rest) = text.split_once('(').ok_or_else(|| err("no `(`"))?;
        let list = rest.trim_end().strip_suffix(')').ok_or_else(|| err("no `)` at the end"))?;
        let (ret, name) = split_name(head).ok_or_else(|| err("no name"))?;
        let mut proto = Proto {
            name: name.to_string(),
            ret: c_type(ret).ok_or_else(|| err("unknown result type"))?,
            params: Vec::new(),
            variadic: false,
        };
        for param in list.split(',').map(str::trim).filter(|p| !p.is_empty() && *p != "void") {
            if param == "..." {
                proto.variadic = true;
                continue;
            }
            proto.params.push(parse_param(param).ok_or_else(|| err(&format!("bad parameter `{param}`")))?);
        }
        Ok(proto)
    }
}

fn parse_param(text: &str) -> Option<Param> {
    let (decl, note) = match text.split_once('[') {
        Some((decl, note)) => (decl, note.strip_suffix(']')?.trim()),
        None => (text, ""),
    };
    let (ty, name) = split_name(decl)?;
    let (nullable, note) = match note.strip_prefix('?') {
        Some(rest) => (true, rest.trim()),
        None => (false, note),
    };
    let (word, size) = note.split_once(' ').unwrap_or((note, ""));
    let size = size.trim().to_string();
    let use_ = match word {
        "str" => PtrUse::Str,
        "r" => PtrUse::Read(size),
        "w" => PtrUse::Write(size),
        "rw" => PtrUse::ReadWrite(size),
        "file" => PtrUse::File,
        "fn" => PtrUse::Callback,
        "va" => PtrUse::VaList,
        "free" => PtrUse::Free,
        "" | "opaque" => PtrUse::Opaque,
        _ => return None,
    };
    Some(Param { name: name.to_string(), ty: c_type(ty)?, use_, nullable })
}

/// Splits `const char *s` into type and name.
fn split_name(decl: &str) -> Option<(&str, &str)> {
    let decl = decl.trim();
    let start = decl.rfind(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$')))? + 1;
    let (ty, name) = decl.split_at(start);
    (!name.is_empty()).then_some((ty.trim(), name))
}

fn c_type(text: &str) -> Option<CType> {
    if text.ends_with('*') || text.ends_with("va_list") || text.ends_with("jmp_buf") {
        return Some(CType::Ptr);
    }
    let words: Vec<&str> =
        text.split_whitespace().filter(|w| !matches!(*w, "const" | "volatile" | "restrict")).collect();
    let int = |bits, signed| Some(CType::Int { bits, signed });
    match words.join(" ").as_str() {
        "void" => Some(CType::Void),
        "int" | "int32_t" | "pid_t" | "key_t" | "clockid_t" | "wchar_t" => int(32, true),
        "unsigned" | "unsigned int" | "uint32_t" | "uid_t" | "gid_t" | "mode_t" | "wint_t" | "socklen_t"
        | "in_addr_t" => int(32, false),
        "long" | "long long" | "ssize_t" | "off_t" | "time_t" | "ptrdiff_t" | "int64_t" | "intptr_t"
        | "intmax_t" | "clock_t" | "div_t" => int(64, true),
        "unsigned long" | "unsigned long long" | "size_t" | "uint64_t" | "uintptr_t" | "uintmax_t"
        | "dev_t" | "ino_t" | "nfds_t" | "wctype_t" | "pthread_t" => int(64, false),
        "_Bool" => int(1, false),
        "short" | "int16_t" => int(16, true),
        "unsigned short" | "uint16_t" => int(16, false),
        "float" => Some(CType::Float),
        "double" => Some(CType::Double),
        "long double" => Some(CType::LongDouble),
        "ldiv_t" | "lldiv_t" => Some(CType::IntPair),
        "double _Complex" => Some(CType::DoublePair),
        "float _Complex" => Some(CType::FloatPair),
        "long double _Complex" => Some(CType::LongDoublePair),
        _ => None,
    }
}
